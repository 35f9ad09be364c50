// A synthesized app read back: its stacks, the projects that they are, their templates resolved and the training job that they
// declare. What every command knows of bin/app.ts it knows from here.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Template } from '../aws/template';

/** A stack of a cloud assembly. */
export interface AssemblyStack {
  readonly name: string;
  readonly template: Template;
  /** Files that a deploy uploads: object key → path of the file, or of the directory that is zipped. */
  readonly assets: ReadonlyMap<string, string>;
}

interface Manifest {
  readonly artifacts?: Readonly<
    Record<
      string,
      {
        readonly type: string;
        readonly properties?: { templateFile?: string; file?: string; stackName?: string };
      }
    >
  >;
}

interface AssetManifest {
  readonly files?: Readonly<
    Record<
      string,
      {
        readonly source: { readonly path?: string };
        readonly destinations: Readonly<Record<string, { readonly objectKey: string }>>;
      }
    >
  >;
}

/** The stacks of a cloud assembly (what `cdk synth` writes), in the order of its manifest: a stack after those it depends on. */
export function readCloudAssembly(directory: string): AssemblyStack[] {
  const { artifacts = {} } = readJson<Manifest>(join(directory, 'manifest.json'));
  return Object.entries(artifacts).flatMap(([id, artifact]) => {
    const templateFile = artifact.properties?.templateFile;
    if (artifact.type !== 'aws:cloudformation:stack' || templateFile === undefined) {
      return [];
    }
    return [
      {
        name: artifact.properties?.stackName ?? id,
        template: readJson<Template>(join(directory, templateFile)),
        assets: readAssets(directory, artifacts[`${id}.assets`]?.properties?.file),
      },
    ];
  });
}

function readAssets(directory: string, file: string | undefined): Map<string, string> {
  const assets = new Map<string, string>();
  if (file === undefined || !existsSync(join(directory, file))) {
    return assets;
  }
  for (const { source, destinations } of Object.values(
    readJson<AssetManifest>(join(directory, file)).files ?? {},
  )) {
    for (const { objectKey } of Object.values(destinations)) {
      if (source.path !== undefined) {
        assets.set(objectKey, join(directory, source.path));
      }
    }
  }
  return assets;
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}
