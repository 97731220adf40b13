import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { structureRules } from './structure-rules.ts';

export interface StructureReport {
  /** TypeScript modules that were read. */
  readonly modules: readonly string[];
  /** `rule: from → to`. */
  readonly violations: readonly { rule: string; from: string; to: string }[];
}

/** Reads the imports below `baseDir` and holds them against the rules of the house. */
export async function checkStructure(
  baseDir: string,
  folders: readonly string[],
  tsConfig: string,
): Promise<StructureReport> {
  const { output } = await cruise(
    [...folders],
    {
      baseDir,
      ruleSet: { forbidden: structureRules },
      validate: true,
      tsPreCompilationDeps: true,
      doNotFollow: { path: 'node_modules' },
      enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
    },
    undefined,
    { tsConfig: extractTSConfig(tsConfig) },
  );
  const { modules, summary } = output as ICruiseResult;
  return {
    modules: modules.map(({ source }) => source).filter((source) => /^(?!.*node_modules).*\.ts$/.test(source)),
    violations: summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })),
  };
}
