import table from './instance-type-sizes.json';

/** An instance type as SageMaker names it, such as `ml.m5.xlarge`. */
export type InstanceType = `ml.${string}.${string}`;

/** What an instance is used for; each use has its own list of types. */
export type InstanceUse = 'training' | 'hosting' | 'notebook';

/**
 * What is wrong with an instance type for a use, or nothing.
 * The lists are the enumerations TrainingInstanceType, ProductionVariantInstanceType and InstanceType of SageMaker's service model.
 */
export function instanceTypeProblems(prop: string, use: InstanceUse, instanceType: string): string[] {
  const families: Record<string, string> = table[use];
  const [prefix, family = '', size = '', ...rest] = instanceType.split('.');
  const written = `${prop}: '${instanceType}'`;
  if (prefix !== 'ml' || !family || !size || rest.length > 0) {
    return [
      `${written} is not an instance type of SageMaker; write ml.<family>.<size>, such as ml.m5.xlarge`,
    ];
  }
  const sizes = families[family]?.split(' ');
  if (!sizes) {
    return [
      `${written}: no ${use} instance of the family '${family}'; there are ${Object.keys(families).join(', ')}`,
    ];
  }
  if (!sizes.includes(size)) {
    return [`${written}: no ${use} instance of the size '${size}'; ml.${family} has ${sizes.join(', ')}`];
  }
  return [];
}

/**
 * Whether instances of a type have storage of their own, which its hardware encrypts: a training job on them takes no key for its volume.
 * Source: "Instance store volumes", EC2's user guide.
 */
export function hasLocalStorage(instanceType: string): boolean {
  const family = instanceType.split('.')[1] ?? '';
  return /^[a-z]+\d+[a-z]*d/.test(family) || /^(dl1|g5|g6e?|gr6|g7e?|i\d.*|p[5-9].*|trn\d.*)$/.test(family);
}

/** The processor that decides which image an instance runs. */
export type Processor = 'cpu' | 'gpu';

/** The image's processor for an instance type; undefined for those that need an image of their own (Graviton, Inferentia, Trainium, Gaudi). */
export function processorOf(instanceType: string): Processor | undefined {
  const family = instanceType.split('.')[1] ?? '';
  if (/^(inf|trn|dl)\d/.test(family) || /^[cmr]\d+g[dn]*$/.test(family) || /^p6e-gb/.test(family)) {
    return undefined;
  }
  return /^[gp]\d/.test(family) ? 'gpu' : 'cpu';
}
