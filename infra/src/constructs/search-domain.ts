/**
 * The OpenSearch domain that holds every declared index of a stage. Only signed requests of roles with a right to it are answered: there is
 * no access policy that lets anybody else in. A bulk request cannot leave the index in its path (`allow_explicit_index` off), so a right to
 * `/index/_bulk` is a right to that index alone.
 * https://docs.aws.amazon.com/opensearch-service/latest/developerguide/ac.html#ac-considerations
 */

import { type CfnElement, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { EbsDeviceVolumeType } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, ResourcePolicy } from 'aws-cdk-lib/aws-logs';
import { type CapacityConfig, Domain, EngineVersion, TLSSecurityPolicy } from 'aws-cdk-lib/aws-opensearchservice';
import type { Construct } from 'constructs';
import type { SearchSettings, StageSettings } from '../settings-schema.js';
import { acknowledge } from './acknowledge.js';

/** Logical id of the domain: moving code around never replaces it. */
const DOMAIN_ID = 'Search';

/** Creates the domain. */
export function searchDomain(scope: Construct, settings: StageSettings, search: SearchSettings): Domain {
  const logs = slowLogs(scope, settings);
  const domain = new Domain(scope, DOMAIN_ID, {
    version: EngineVersion.openSearch('2.19'),
    capacity: capacity(search),
    zoneAwareness: search.zones === 1 ? { enabled: false } : { enabled: true, availabilityZoneCount: search.zones },
    ebs: { volumeType: EbsDeviceVolumeType.GP3, volumeSize: search.volumeGb },
    enforceHttps: true,
    tlsSecurityPolicy: TLSSecurityPolicy.TLS_1_2_PFS,
    nodeToNodeEncryption: true,
    encryptionAtRest: { enabled: true },
    advancedOptions: { 'rest.action.multi.allow_explicit_index': 'false' },
    enableVersionUpgrade: true,
    removalPolicy: settings.data.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    logging: { slowSearchLogEnabled: true, slowSearchLogGroup: logs, slowIndexLogEnabled: true, slowIndexLogGroup: logs },
    // CDK would set the log group's policy by a function of its own.
    suppressLogsResourcePolicy: true,
  });
  (domain.node.defaultChild as CfnElement).overrideLogicalId(DOMAIN_ID);
  acknowledgeFindings(domain, search);
  return domain;
}

function capacity({ instanceType, instances, masterInstanceType }: SearchSettings): CapacityConfig {
  return {
    dataNodeInstanceType: instanceType,
    dataNodes: instances,
    multiAzWithStandbyEnabled: false,
    ...(masterInstanceType === undefined ? {} : { masterNodes: 3, masterNodeInstanceType: masterInstanceType }),
  };
}

/** OpenSearch may write to the log group, on behalf of this account only. */
function slowLogs(scope: Construct, settings: StageSettings): LogGroup {
  const logs = new LogGroup(scope, 'SearchLogs', {
    retention: settings.logRetentionDays,
    removalPolicy: settings.data.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
  new ResourcePolicy(scope, 'SearchLogsPolicy', {
    resourcePolicyName: `gateway-${settings.stage}-search`,
    policyStatements: [
      new PolicyStatement({
        sid: 'SearchLogs',
        principals: [new ServicePrincipal('es.amazonaws.com')],
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logs.logGroupArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
      }),
    ],
  });
  return logs;
}

function acknowledgeFindings(domain: Domain, { zones, masterInstanceType }: SearchSettings): void {
  acknowledge(domain, {
    'AwsSolutions-OS1':
      'Functions run outside of any VPC; the domain answers only requests signed by a role that has the right to the path.',
    'AwsSolutions-OS3': 'Lambda has no fixed addresses to list; without an access policy only rights of roles let a request in.',
    'AwsSolutions-OS5': 'Without an access policy nobody is let in unsigned: only rights of roles of this account count.',
    ...(masterInstanceType === undefined
      ? { 'AwsSolutions-OS4': 'Settings of this stage ask for a small domain without master nodes.' }
      : {}),
    ...(zones === 1 ? { 'AwsSolutions-OS7': 'Settings of this stage ask for a domain in one zone; the index can be rebuilt.' } : {}),
  });
}
