// A synthesized app read back: its stacks, the projects that they are, their templates resolved and the training job that they
// declare. What every command knows of bin/app.ts it knows from here.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  AssemblyManifest,
  AssetManifest,
  AssetManifestProperties,
  AwsCloudFormationStackProperties,
} from 'aws-cdk-lib/cloud-assembly-schema';
import type { Template } from '../aws/template';

/** A stack of a cloud assembly. */
export interface AssemblyStack {
  readonly name: string;
  readonly template: Template;
  /** Files that a deploy uploads: object key → path of the file, or of the directory that is zipped. */
  readonly assets: ReadonlyMap<string, string>;
}

/** The stacks of a cloud assembly (what `cdk synth` writes), in the order of its manifest: a stack after those it depends on. */
export function readCloudAssembly(directory: string): AssemblyStack[] {
  const { artifacts = {} } = readJson<AssemblyManifest>(join(directory, 'manifest.json'));
  return Object.entries(artifacts).flatMap(([id, { type, properties = {} }]) => {
    const { templateFile, stackName } = properties as Partial<AwsCloudFormationStackProperties>;
    if (type !== 'aws:cloudformation:stack' || templateFile === undefined) {
      return [];
    }
    const assets = artifacts[`${id}.assets`]?.properties as AssetManifestProperties | undefined;
    return [
      {
        name: stackName ?? id,
        template: readJson<Template>(join(directory, templateFile)),
        assets: readAssets(directory, assets?.file),
      },
    ];
  });
}

function readAssets(directory: string, file: string | undefined): Map<string, string> {
  if (file === undefined || !existsSync(join(directory, file))) {
    return new Map();
  }
  const { files = {} } = readJson<AssetManifest>(join(directory, file));
  return new Map(
    Object.values(files).flatMap(({ source: { path }, destinations }) =>
      Object.values(destinations).flatMap(({ objectKey }): [string, string][] =>
        path === undefined ? [] : [[objectKey, join(directory, path)]],
      ),
    ),
  );
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}
