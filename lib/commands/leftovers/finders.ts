import type { Finder } from './finder';
import { alarms } from './finders/alarms';
import { buckets } from './finders/buckets';
import { budgets } from './finders/budgets';
import { endpointConfigs, endpoints, models } from './finders/endpoints';
import { functions, layers } from './finders/functions';
import { logGroups, logStreams } from './finders/log-groups';
import { networkInterfaces } from './finders/network-interfaces';
import { lifecycleConfigs, notebooks } from './finders/notebooks';
import { parameters } from './finders/parameters';
import { roles } from './finders/roles';
import { rules } from './finders/rules';
import { scalingTargets } from './finders/scaling-targets';
import { topics } from './finders/topics';
import { trainingJobs } from './finders/training-jobs';

/**
 * Every finder, in the order in which to remove what they find: first what starts and scales others, then what costs,
 * then what those used; roles last, since AWS acts in their name until then.
 */
export const FINDERS: readonly Finder[] = [
  scalingTargets,
  rules,
  endpoints,
  trainingJobs,
  notebooks,
  endpointConfigs,
  models,
  lifecycleConfigs,
  functions,
  layers,
  alarms,
  topics,
  budgets,
  parameters,
  networkInterfaces,
  logStreams,
  logGroups,
  buckets,
  roles,
];
