import type { Template } from './template';

/** Regions whose CloudFormation makes nothing that serves a model and no notebook; what trains needs none of it. cfn-lint's schemas: a drill holds them equal. */
const REGIONS_WITHOUT_HOSTING: readonly string[] = ['me-central-1', 'us-gov-east-1'];
const HOSTING_TYPES = /^AWS::SageMaker::(Endpoint|Model|NotebookInstance)/;

/**
 * What is wrong with what a project declares for a region.
 * @param region undefined when the app does not know it: then only a deploy tells
 */
export function regionProblems(
  declared: { readonly hosting?: unknown; readonly notebook?: unknown },
  region: string | undefined,
): string[] {
  if (region === undefined || !REGIONS_WITHOUT_HOSTING.includes(region)) {
    return [];
  }
  return [
    ...(declared.hosting
      ? [
          `hosting: CloudFormation makes no endpoints in ${region}; leave it out, and serve a copy of the model ` +
            "in another region, by ModelSource.fromS3('s3://…/model.tar.gz')",
        ]
      : []),
    ...(declared.notebook
      ? [`notebook: CloudFormation makes no notebook instances in ${region}; leave it out`]
      : []),
  ];
}

/** The types in a template that a region's CloudFormation does not know. */
export function missingTypes({ Resources = {} }: Template, region: string): string[] {
  const types = new Set(Object.values(Resources).map(({ Type }) => Type));
  return REGIONS_WITHOUT_HOSTING.includes(region)
    ? [...types].filter((type) => HOSTING_TYPES.test(type)).sort()
    : [];
}
