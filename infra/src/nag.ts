/**
 * cdk-nag's AwsSolutions rules, as a validation plugin. Findings about wildcards in policies (IAM5) are matched with the reasons that stand
 * beside the permission (`constructs/acknowledge.ts`); every other acknowledgement is CDK's own.
 * https://github.com/cdklabs/cdk-nag/blob/main/RULES.md
 */

import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, type IApplyRule, type NagRuleResult } from 'cdk-nag';
import { isAcknowledgedWildcard } from './constructs/acknowledge.js';

/** Checks the app against AwsSolutions while it is synthesized. */
export function addNag(app: App): void {
  Validations.of(app).addPlugins(new GatewayChecks(app));
}

/** Findings in a synthesized app: rule and construct. */
export function nagFindings(app: App): readonly string[] {
  const { violations } = new GatewayChecks().validateScope(app);
  return violations.flatMap(({ ruleName, violatingResources }) =>
    violatingResources.map(({ constructPath }) => `${ruleName} ${String(constructPath)}`),
  );
}

const FINDING = 'Resource::';

class GatewayChecks extends AwsSolutionsChecks {
  protected override applyRule(params: IApplyRule): void {
    super.applyRule(
      params.ruleSuffixOverride === 'IAM5' ? { ...params, rule: (node) => withoutReasoned(params.rule(node), node) } : params,
    );
  }
}

function withoutReasoned(result: NagRuleResult, node: IApplyRule['node']): NagRuleResult {
  if (!Array.isArray(result)) return result;
  return result.filter((finding) => !(finding.startsWith(FINDING) && isAcknowledgedWildcard(node, finding.slice(FINDING.length))));
}
