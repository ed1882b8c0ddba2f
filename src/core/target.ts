/** A user who should get access. */
export interface Target {
  /** As the operator wrote it. */
  asked: string;
  user: { email: string } | { id: string } | { name: string };
  /** `null`: as long as the plan is valid. */
  days: number | null;
}
