/** What is wrong with regions that a command line names. */
export function regionProblems(regions: readonly string[]): string[] {
  return regions
    .filter((region) => !/^[a-z]{2}(-[a-z]+)+-\d$/.test(region))
    .map((region) => `not the name of a region: '${region}'; expected one such as eu-west-1`);
}
