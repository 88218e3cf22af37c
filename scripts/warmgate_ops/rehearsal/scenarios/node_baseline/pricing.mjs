// Prices a basket and signs the result, so that a quote can be redeemed later.
import { pbkdf2 } from "node:crypto";
import { promisify } from "node:util";

const PRICES_CENTS = { apple: 40, bread: 320, coffee: 890 };
const SIGNING_ROUNDS = 40_000;

export function total(basket) {
  return basket.reduce((sum, item) => sum + PRICES_CENTS[item.sku] * item.count, 0);
}

export async function sign(basket, total_cents) {
  const text = JSON.stringify({ basket, total_cents });
  return (await promisify(pbkdf2)(text, "quotes", SIGNING_ROUNDS, 32, "sha256")).toString("hex");
}
