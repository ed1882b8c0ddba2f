/** What the host holds when a command ends with an exit code. */
export const exitCodes: Readonly<Record<number, string>> = {
  0: 'what was wanted; or there was nothing to do',
  1: 'unknown: relay met something it did not expect',
  2: 'nothing new: wrong usage or input, or a yes is missing',
  3: 'nothing new: the host could not be reached, refused the login, or a gate is closed; `doctor`: a check failed',
  4: 'what it held before: the run failed and was rolled back',
  5: 'what works: some of it failed',
  6: 'something left over, something missing, or something that nobody can tell: each thing is named, with a command where there is one',
  7: 'everything that was asked for, but the gateway does not answer, or no account works',
  8: 'nothing new, and changes are pending; `status`: something is not fine (`--detailed-exitcode`)',
  130: 'stopped by a signal (143 by SIGTERM), and ended in order',
};
