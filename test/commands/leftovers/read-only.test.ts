import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeleteBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { Clients } from '../../../lib/commands/leftovers/clients';
import { ACTIONS, leastPolicy } from '../../../lib/commands/leftovers/permissions';

const DIRECTORY = join(__dirname, '..', '..', '..', 'lib', 'commands', 'leftovers');

/** IAM's word for a service, and for an action that is not called as the operation is. */
const PREFIXES: Record<string, string> = {
  eventbridge: 'events',
  'cloudwatch-logs': 'logs',
  'resource-groups-tagging-api': 'tag',
  'application-auto-scaling': 'application-autoscaling',
};
const RENAMED: Record<string, string> = {
  's3:ListBuckets': 's3:ListAllMyBuckets',
  's3:ListObjectVersions': 's3:ListBucketVersions',
  'budgets:DescribeBudgets': 'budgets:ViewBudget',
};

/** Actions without an operation of their own: what others depend on. Source: Service Authorization Reference. */
const DEPENDED_ON: Record<string, string> = {
  'budgets:ViewBudget': 'billing:GetBillingViewData',
  'cloudformation:DescribeStacks': 'cloudformation:ListStacks',
};

/** Every operation that the sources import from the SDK, as `service:Operation`. */
function operations(): string[] {
  const files = readdirSync(DIRECTORY, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  return files.flatMap((file) => {
    const source = readFileSync(join(DIRECTORY, file), 'utf8');
    return [...source.matchAll(/import \{([^}]*)\} from '@aws-sdk\/client-([a-z0-9-]+)'/g)].flatMap(
      ([, names = '', service = '']) =>
        names
          .split(',')
          .map((name) => /^\s*(?:(\w+)Command|paginate(\w+))\s*$/.exec(name))
          .flatMap((match) => (match ? [`${PREFIXES[service] ?? service}:${match[1] ?? match[2]}`] : [])),
    );
  });
}

test('knows no operation but those that read', () => {
  expect(operations().length).toBeGreaterThan(25);
  expect(operations().filter((name) => !/:(Describe|List|Get|Head)[A-Z]/.test(name))).toEqual([]);
});

test('asks for the permissions of just these operations', () => {
  const needed = operations()
    .map((operation) => RENAMED[operation] ?? operation)
    .flatMap((action) => [action, DEPENDED_ON[action] ?? []].flat())
    .filter((action) => action !== 'sts:GetCallerIdentity');
  expect([...ACTIONS]).toEqual([...new Set(needed)].toSorted());
  expect(JSON.parse(leastPolicy())).toMatchObject({ Statement: [{ Effect: 'Allow', Action: ACTIONS }] });
});

test('refuses a command that would change something, before it is sent', () => {
  const client = new Clients('us-east-1').get(S3Client);
  expect(() => client.send(new DeleteBucketCommand({ Bucket: 'b' }))).toThrow(
    'DeleteBucketCommand is refused: leftovers only reads',
  );
});
