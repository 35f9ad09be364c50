import { paginateListSchedules, SchedulerClient } from '@aws-sdk/client-scheduler';
import type { Finder } from '../finder';
import { FREE } from '../leftover';
import { awsCommand } from '../removal';

/** EventBridge schedules: billed by the call, a million of which cost about a dollar. A schedule has no tags, its group has. */
export const schedules: Finder = {
  what: 'schedules',
  arns: /^scheduler:schedule\//,
  async *find(search) {
    const client = search.client(SchedulerClient);
    for await (const page of paginateListSchedules({ client }, {}, search.options)) {
      for (const { Name, Arn, GroupName, State } of page.Schedules ?? []) {
        const name = Name!;
        const own = search.owned.recognise({
          type: 'AWS::Scheduler::Schedule',
          name,
          arn: Arn,
          isNamed: search.names.isOwn(name),
          removal: [
            awsCommand(search.region, 'scheduler delete-schedule', {
              name,
              'group-name': GroupName ?? 'default',
            }),
          ],
        });
        if (own) {
          yield { type: 'AWS::Scheduler::Schedule', name, arn: Arn, ...own, detail: `${State}`, cost: FREE };
        }
      }
    }
  },
};
