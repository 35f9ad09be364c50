import { PATH_METADATA_ENABLE_CONTEXT } from 'aws-cdk-lib/cx-api';
import type { App } from 'aws-cdk-lib';
import type { Prices } from '../../../lib/cost/prices';
import type { Text } from '../../../lib/commands/review/document';
import { renderMarkdown } from '../../../lib/commands/review/markdown';
import { reviewDocument } from '../../../lib/commands/review/review';
import { SageMakerProject, type SageMakerProjectProps } from '../../../lib/project/sagemaker-project';
import { type AssemblyStack, readCloudAssembly } from '../../../lib/assembly/cloud-assembly';
import { testApp } from '../../project-fixture';

/** Round prices, so that sums are done in the head; no others are known. */
export const TEST_PRICES: Prices = {
  'us-east-1': {
    training: table({ 'ml.m5.xlarge': 0.25, 'ml.m5.2xlarge': 0.5 }),
    hosting: table({ 'ml.m5.xlarge': 0.2, 'ml.m5.2xlarge': 0.4 }),
    notebook: table({ 'ml.t3.medium': 0.05 }),
    volume: table({ training: 0.146, hosting: 0.146, notebook: 0.146 }),
    serverless: table({ '2048': 0.00004 }),
    lambda: table({ millionRequests: 0.2, gbSecond: 0.0000133334 }),
    cloudWatch: table({ alarmMetricMonth: 0.1, logsIngestedGb: 0.5, logsStoredGbMonth: 0.03 }),
    s3: table({ standardGbMonth: 0.023 }),
  },
};

function table(prices: Readonly<Record<string, number>>) {
  return { date: '2026-01-01', source: 'the test', prices };
}

/** The stacks of a project, and of what a test adds to them, as `npm run review` synthesizes them. */
export function assemblyOf(
  props: SageMakerProjectProps,
  adjust: (app: App) => void = () => undefined,
): AssemblyStack[] {
  const app = testApp();
  app.node.setContext(PATH_METADATA_ENABLE_CONTEXT, true);
  new SageMakerProject(app, 'unet', props);
  adjust(app);
  return readCloudAssembly(app.synth().directory);
}

/** The Markdown of a change; undefined if it does nothing. */
export function reviewOf(
  before: readonly AssemblyStack[],
  after: readonly AssemblyStack[],
  remarks: readonly Text[] = [],
  today = '2026-01-01',
): string | undefined {
  const pricing = { region: 'us-east-1', prices: TEST_PRICES };
  const document = reviewDocument({ before, after, pricing, remarks, today });
  return document && renderMarkdown(document);
}

/** What a review says below the title that begins with these words. */
export function sectionOf(title: string, markdown: string): string | undefined {
  const section = markdown.split('\n\n<details>\n<summary><b>').find((part) => part.startsWith(title));
  return section?.replace(/^.*<\/summary>\n\n/, '').replace(/\n\n<\/details>$/, '');
}

/** The part of a review above its resource diff: that is the CDK's own. */
export function answersOf(markdown: string | undefined): string | undefined {
  return markdown?.split('\n\n<details>\n<summary><b>The resource diff')[0];
}
