import type { SourceText } from '../text/source-text.ts';
import type { RuleCode } from './rules.ts';

/** The text of a manifest. What is found in it has the code of a rule. */
export type ManifestText = SourceText<RuleCode>;
