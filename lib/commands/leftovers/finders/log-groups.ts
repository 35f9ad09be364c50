import {
  CloudWatchLogsClient,
  paginateDescribeLogGroups,
  paginateDescribeLogStreams,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  ENDPOINT_LOG_GROUPS,
  FUNCTION_LOG_GROUPS,
  NOTEBOOK_LOG_GROUP,
  TRAINING_LOG_GROUP,
} from '../../../names';
import { unknownPart } from '../../../cost/resource-cost';
import { each, type Finder, type Search } from '../finder';
import { storageCost } from '../hourly-cost';
import { awsCommand, quoted } from '../removal';
import { BYTES_PER_GB, formatBytes } from '../size';

/** SageMaker's log groups for a whole account, in which a project has streams only: `<job or notebook>/…`. */
const SHARED_GROUPS = [TRAINING_LOG_GROUP, NOTEBOOK_LOG_GROUP];

/** Log groups: by what is stored in them. */
export const logGroups: Finder = {
  type: 'AWS::Logs::LogGroup',
  what: 'log groups',
  arns: /^logs:log-group:/,
  remove: ['logs delete-log-group', 'log-group-name'],
  async *list(search) {
    const { names, owned, region } = search;
    const client = search.client(CloudWatchLogsClient);
    const own = ['', FUNCTION_LOG_GROUPS, ENDPOINT_LOG_GROUPS].map((prefix) => `${prefix}${names.project}`);
    const others = [...owned.taggedNames('logs:log-group:'), ...owned.idsOf('AWS::Logs::LogGroup')];
    for (const logGroupNamePrefix of new Set([...own, ...others])) {
      const pages = paginateDescribeLogGroups({ client }, { logGroupNamePrefix }, search.options);
      for await (const group of each(pages, ({ logGroups: groups }) => groups)) {
        const name = group.logGroupName!;
        const bytes = group.storedBytes ?? 0;
        yield {
          name,
          arn: group.logGroupArn ?? group.arn?.replace(/:\*$/, ''),
          isNamed: isNamed(name, search),
          detail: formatBytes(bytes),
          cost: storageCost(region, 'cloudWatch', 'logsStoredGbMonth', bytes / BYTES_PER_GB),
        };
      }
    }
  },
};

/** Log streams of the project's jobs and notebooks in SageMaker's shared groups, those of one job or notebook together. */
export const logStreams: Finder = {
  type: 'AWS::Logs::LogStream',
  what: "log streams in SageMaker's shared log groups",
  // Streams have no tags.
  arns: /^logs:log-stream:/,
  async *list(search) {
    for (const group of SHARED_GROUPS) {
      for (const [writer, count] of await streamsByWriter(group, search)) {
        const where = { 'log-group-name': group, region: search.region };
        const prefix = { ...where, 'log-stream-name-prefix': `${writer}/` };
        const listing = awsCommand('logs describe-log-streams', prefix);
        const deletion = awsCommand('logs delete-log-stream', where);
        yield {
          name: `${group}: ${writer}/`,
          isNamed: true,
          detail: `${count} stream${count === 1 ? '' : 's'}`,
          cost: unknownPart('storage: CloudWatch tells no size of a stream'),
          removal: [
            `for stream in $(${listing} --query ${quoted('logStreams[].logStreamName')} --output text); ` +
              `do ${deletion} --log-stream-name "$stream"; done`,
          ],
        };
      }
    }
  },
};

function isNamed(name: string, { names }: Search): boolean {
  return (
    (name.startsWith(ENDPOINT_LOG_GROUPS) && names.isEndpoint(name.slice(ENDPOINT_LOG_GROUPS.length))) ||
    names.isGenerated(name.startsWith(FUNCTION_LOG_GROUPS) ? name.slice(FUNCTION_LOG_GROUPS.length) : name)
  );
}

/** The streams of a shared group by the job or notebook that wrote them. */
async function streamsByWriter(group: string, search: Search): Promise<Map<string, number>> {
  const { names } = search;
  const client = search.client(CloudWatchLogsClient);
  const counts = new Map<string, number>();
  const request = { logGroupName: group, logStreamNamePrefix: names.project };
  const pages = paginateDescribeLogStreams({ client }, request, search.options);
  // An account in which no job ever ran has no such group.
  for await (const { logStreamName } of each(pages, (page) => page.logStreams)) {
    const writer = logStreamName!.split('/')[0]!;
    if (names.isNotebook(writer) || names.isTrainingJob(writer)) {
      counts.set(writer, (counts.get(writer) ?? 0) + 1);
    }
  }
  return counts;
}
