/** What a policy that cannot be read is refused with; AWS calls it `MalformedPolicyDocument`. */
export class MalformedPolicy extends Error {
  constructor(policy: string, problem: string) {
    super(`policy ${policy}: ${problem}`);
    this.name = 'MalformedPolicy';
  }
}
