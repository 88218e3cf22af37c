// The quotes API once more, for Node.js: a basket in, a signed total out.
import { sign, total } from "./pricing.mjs";

export async function handler(event) {
  const { basket } = JSON.parse(event.body);
  const total_cents = total(basket);
  const quote = { total_cents, currency: "EUR", signature: await sign(basket, total_cents) };
  return { statusCode: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(quote, null, 1) };
}
