/**
 * The API of every published subpath as one text, `packages/NAME/api/SUBPATH.api.md`: what a change does to programs that use the package
 * shows in its difference. Made by API Extractor from the declarations that `tsc -b` emitted.
 *
 * One compiler program holds all subpaths of all packages: making one each took three times as long.
 */

import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CompilerState, Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { entryPoints, type PublishedPackage, publishedPackages, ROOT } from './workspace.js';

/** A report, and where it belongs. */
export interface ApiReport {
  /** From the root of the repository: `packages/client/api/http.api.md`. */
  readonly path: string;
  readonly text: string;
}

/** The reports of all published subpaths. @throws Error when declarations are missing or do not compile */
export async function apiReports(): Promise<readonly ApiReport[]> {
  const scratch = await mkdtemp(join(tmpdir(), 'gateway-api-'));
  try {
    const subjects = (await publishedPackages()).flatMap((each) => subjectsOf(each, scratch));
    const [first] = subjects;
    if (first === undefined) return [];
    const additionalEntryPoints = subjects.map(({ config }) => config.mainEntryPointFilePath);
    const compilerState = CompilerState.create(first.config, { additionalEntryPoints });
    const reports: ApiReport[] = [];
    for (const subject of subjects) reports.push(await report(subject, compilerState));
    return reports;
  } finally {
    await rm(scratch, { recursive: true });
  }
}

interface Subject {
  readonly path: string;
  readonly config: ExtractorConfig;
}

function subjectsOf(published: PublishedPackage, scratch: string): readonly Subject[] {
  return entryPoints(published.manifest).map(({ subpath, types }) => {
    const name = subpath === '.' ? 'index' : subpath.slice(2).replaceAll('/', '-');
    const config = configure(published, types, join(scratch, published.folder), name);
    return { path: `packages/${published.folder}/api/${name}.api.md`, config };
  });
}

/** What to look at with; the options of `tsconfig.base.json` that decide how declarations are read. */
const COMPILER_OPTIONS = {
  target: 'es2023',
  lib: ['es2023', 'dom', 'dom.iterable', 'dom.asynciterable'],
  module: 'nodenext',
  moduleResolution: 'nodenext',
  strict: true,
  skipLibCheck: true,
  types: ['node'],
  typeRoots: [join(ROOT, 'node_modules', '@types')],
};

/** Its advice on comments is left out: the report is about what can be called. */
const SILENT = { default: { logLevel: ExtractorLogLevel.None } };

function configure({ directory }: PublishedPackage, types: string, reportFolder: string, reportFileName: string): ExtractorConfig {
  const entry = join(directory, types);
  return ExtractorConfig.prepare({
    packageJsonFullPath: join(directory, 'package.json'),
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: directory,
      mainEntryPointFilePath: entry,
      newlineKind: 'lf',
      compiler: { overrideTsconfig: { compilerOptions: COMPILER_OPTIONS, files: [entry] } },
      apiReport: { enabled: true, reportFolder, reportTempFolder: join(reportFolder, 'temp'), reportFileName },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: { compilerMessageReporting: SILENT, extractorMessageReporting: SILENT, tsdocMessageReporting: SILENT },
    },
  });
}

async function report({ path, config }: Subject, compilerState: CompilerState): Promise<ApiReport> {
  await mkdir(config.reportFolder, { recursive: true });
  const problems: string[] = [];
  const { succeeded } = Extractor.invoke(config, {
    compilerState,
    localBuild: true,
    messageCallback: (message) => {
      message.handled = true;
      if (message.logLevel === ExtractorLogLevel.Error) problems.push(message.text);
    },
  });
  if (!succeeded) throw new Error(`no report of ${path}: ${problems.join('; ')}`);
  return { path, text: await readFile(config.reportFilePath, 'utf8') };
}
