/**
 * What applications get from this contract, spelled out by hand for one procedure of each kind. Compiled by `tsc -b`; nothing here runs.
 */

import type { ErrorsOf, InputOf, MessageData, MessageInput, NoErrors, OutputOf, ParsedOf, ReturnOf } from '@org/gateway-core';
import type { AppContract, documentEvents, fileEvents } from './index.js';

type Exact<TLeft, TRight> = (<TProbe>() => TProbe extends TLeft ? 1 : 2) extends <TProbe>() => TProbe extends TRight ? 1 : 2 ? true : false;

/** Compiles only for types that are the same. */
function exact<TSame extends true>(same?: TSame): void {
  void same;
}

type Services = AppContract['services'];
type Documents = Services['documents']['procedures'];
type Files = Services['files']['procedures'];
type System = Services['system']['procedures'];

interface Summary {
  id: string;
  folder: string;
  title: string;
  bytes: number;
  version: number;
  createdAtMs: number;
  updatedAtMs: number;
}

type Same<TLeft, TRight> = Exact<{ [TKey in keyof TLeft]: TLeft[TKey] }, { [TKey in keyof TRight]: TRight[TKey] }>;

exact<Exact<InputOf<Documents['get']>, { id: string }>>();
exact<Same<OutputOf<Documents['get']>, Summary & { body: string }>>();
exact<Exact<ErrorsOf<Documents['get']>, { NOT_FOUND: { id: string } }>>();

exact<Exact<InputOf<Documents['list']>, { folder?: string | undefined; limit?: number | undefined; cursor?: string | undefined }>>();
exact<Exact<ParsedOf<Documents['list']>, { folder?: string | undefined; limit: number; cursor?: string | undefined }>>();

exact<Exact<ErrorsOf<Documents['edit']>, { NOT_FOUND: { id: string }; STALE_VERSION: { id: string; currentVersion: number } }>>();
exact<Same<ReturnOf<Documents['save']>, Summary>>();

exact<Exact<OutputOf<Documents['changes']>['change'], 'saved' | 'edited' | 'removed'>>();
exact<Same<OutputOf<Documents['changes']>['document'], Summary>>();

exact<Exact<InputOf<Files['put']>, { name: string; contentType: string; content: string }>>();
exact<Exact<InputOf<System['health']>, void>>();
exact<Exact<ErrorsOf<System['health']>, NoErrors>>();
exact<Exact<InputOf<System['whoami']>, { tag?: string[] | undefined }>>();
exact<Exact<ParsedOf<System['whoami']>, { tag: string[] }>>();

type Search = Services['search']['procedures'];
type Inference = Services['inference']['procedures'];

exact<Exact<ErrorsOf<Search['find']>, { INDEX_MISSING: { index: string } }>>();
exact<Exact<OutputOf<Search['find']>['items'][number]['titleRuns'], { text: string; match: boolean }[]>>();
exact<Exact<OutputOf<Inference['results']>['kind'], 'label' | 'end' | 'failed'>>();
exact<Exact<ErrorsOf<Files['completeUpload']>['PARTS_MISSING'], { key: string; missing: number[] }>>();

exact<Exact<MessageInput<typeof fileEvents.messages.uploaded>, { key: string; name: string; contentType: string; bytes: number }>>();
exact<Exact<MessageData<typeof documentEvents.messages.changed>['change'], 'saved' | 'removed'>>();
