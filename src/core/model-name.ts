/** Whether a text can be the name of a model: up to 200 letters, digits and signs, and no name that JSON objects keep to themselves. */
export function isModelName(text: string): boolean {
  return /^[\p{L}\p{N}\p{P}\p{S}]{1,200}$/u.test(text) && text !== '__proto__';
}
