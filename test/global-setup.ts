/**
 * The CDK's own validation costs seconds of each process that synthesizes, the tests' own and those that they start: only
 * a test that is about it asks for it.
 */
export default function setUp(): void {
  process.env.CDK_VALIDATION = 'false';
}
