/**
 * The web application firewall before the REST API. AWS's managed rules block known attacks; two of them are counted instead, because they
 * would block what the API is for: bodies over 8 KB, and bodies that hold addresses such as `http://localhost` (documents do). WebSocket
 * APIs cannot have one.
 * https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html
 */

import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import type { StageSettings } from '../settings-schema.js';

/** Rules of a managed group that count what they find and let it pass. */
const MANAGED: Readonly<Record<string, readonly string[]>> = {
  AWSManagedRulesAmazonIpReputationList: [],
  AWSManagedRulesKnownBadInputsRuleSet: [],
  AWSManagedRulesCommonRuleSet: ['SizeRestrictions_BODY', 'EC2MetaDataSSRF_BODY'],
};

/** The firewall of a REST API. */
export class WebFirewall extends Construct {
  constructor(scope: Construct, id: string, { api, waf }: { readonly api: RestApi; readonly waf: Exclude<StageSettings['waf'], false> }) {
    super(scope, id);
    const managed = Object.entries(MANAGED).map(([name, counted], index) => managedRule(name, counted, index + 1));
    const acl = new CfnWebACL(this, 'Acl', {
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: visibility('WebFirewall'),
      rules: [addressRule(waf.requestsPerAddress), ...managed],
    });
    new CfnWebACLAssociation(this, 'Association', { webAclArn: acl.attrArn, resourceArn: api.deploymentStage.stageArn });
  }
}

/** Requests of one address within five minutes. */
function addressRule(limit: number): CfnWebACL.RuleProperty {
  return {
    name: 'RequestsPerAddress',
    priority: 0,
    action: { block: {} },
    statement: { rateBasedStatement: { limit, aggregateKeyType: 'IP', evaluationWindowSec: 300 } },
    visibilityConfig: visibility('RequestsPerAddress'),
  };
}

function managedRule(name: string, counted: readonly string[], priority: number): CfnWebACL.RuleProperty {
  const ruleActionOverrides = counted.map((rule) => ({ name: rule, actionToUse: { count: {} } }));
  return {
    name,
    priority,
    overrideAction: { none: {} },
    statement: { managedRuleGroupStatement: { vendorName: 'AWS', name, ruleActionOverrides } },
    visibilityConfig: visibility(name),
  };
}

function visibility(metricName: string): CfnWebACL.VisibilityConfigProperty {
  return { metricName, cloudWatchMetricsEnabled: true, sampledRequestsEnabled: true };
}
