// Shows a product: its price from the table, its description from the bucket.
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { marked } from "marked";

const { TABLE_NAME, BUCKET_NAME } = process.env;
const dynamodb = new DynamoDBClient({});
const s3 = new S3Client({});

export async function handler(event) {
  const { id } = event.pathParameters;
  const [{ Item }, text] = await Promise.all([
    dynamodb.send(new GetItemCommand({ TableName: TABLE_NAME, Key: { id: { S: id } } })),
    s3.send(new GetObjectCommand({ Bucket: BUCKET_NAME, Key: `${id}.md` })),
  ]);
  if (!Item) return { statusCode: 404 };
  const html = marked.parse(await text.Body.transformToString());
  return { statusCode: 200, body: JSON.stringify({ id, cents: Number(Item.cents.N), html }) };
}
