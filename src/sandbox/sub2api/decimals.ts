/** A number as a decimal column of that many places keeps it. */
export function rounded(value: number, places: number): number {
  return Number(value.toFixed(places));
}

const placesOfPrice: Record<string, number> = { image_output_price: 8, image_input_price: 8, per_request_price: 10 };

/** A price of the field as its column keeps it; null stays null. */
export function roundedPrice(field: string, value: unknown): number | null {
  return typeof value === 'number' ? rounded(value, placesOfPrice[field] ?? 12) : null;
}
