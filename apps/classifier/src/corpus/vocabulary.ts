/**
 * What packages of each label write about, by hand: for every label several topics, each a list of phrases. Written from what such packages
 * generally say of themselves. Words belong to several labels on purpose (`schema`, `buffer`, `request`, `type`): the neighbours decide.
 */
import type { Label } from '../labels.js';

/** Phrases by topic, by label. */
export const vocabulary: Readonly<Record<Label, readonly (readonly string[])[]>> = {
  build: [
    topic(
      'bundler, bundling, bundle size, minify, minifier, tree shaking, code splitting, rollup plugin, entry point, output format, esm, commonjs, chunks, dev server, hot module replacement, fast build',
    ),
    topic(
      'source map, sourcemap, mappings, generated code, original position, source map consumer, vlq, inline source map, sources content, decode mappings, encode mappings, map file',
    ),
    topic(
      'parser, abstract syntax tree, ast node, estree, lexer, tokens, walk the tree, traverse, visitor, transform code, code generator, syntax, import statements, export declarations',
    ),
    topic(
      'compiler, compile, transpile, target browsers, css transformer, css parser, styles, vendor prefixes, stylesheet, postprocess, plugins, loader, rust, native speed',
    ),
    topic(
      'linter, formatter, lint rules, format your code, toolchain, diagnostics, fix, editor integration, configuration file, code style',
    ),
    topic(
      'monorepo, build system, workspaces, task pipeline, cache, remote caching, package manager, lockfile, install dependencies, node modules, disk space, registry, scripts',
    ),
    topic(
      'native addon, native bindings, node gyp, prebuilt binaries, prebuilds, n api, macros, platform binary, linux x64 binary, musl, glibc, libc family, c compiler, bindings loader',
    ),
    topic(
      'polyfill helpers, emit helpers, downlevel, runtime library of a compiler, import helpers, bundled, module resolution, plugin utilities, filter ids, virtual modules',
    ),
    topic('manipulate source code, magic string, overwrite, append, prepend, replace ranges of code, generate a map, small edits to code'),
    topic('scaffold, code generation, generator, templates, command line tool, watch mode, incremental build, project references, ci'),
  ],
  cloud: [
    topic(
      'aws sdk for javascript, client for node browser and react native, send command, region, modular, credentials, paginators, waiters, service client, api operations, clients and commands',
    ),
    topic(
      'credential provider, credentials, access key, assume role, sts, profile, sso, web identity, instance metadata, temporary credentials, credentials file, container credentials, cognito identity',
    ),
    topic(
      'infrastructure as code, cloudformation, stack, constructs, construct library, deploy, synthesize, cdk app, assets, bootstrap, provisioning, cloud resources, toolkit',
    ),
    topic(
      'lambda function, serverless, invoke, event, handler, layer, execution environment, cold start, function url, api gateway, event types',
    ),
    topic('object storage, bucket, s3, presigned url, multipart upload, object key, presigner'),
    topic('queue, sqs, sns, topic, message, publish subscribe, notifications, visibility timeout, fan out, event bus'),
    topic(
      'iam policy, actions, resources, condition keys, permissions, roles, least privilege, compliance rules, nag, well architected, best practices checks',
    ),
    topic(
      'endpoint discovery, middleware of the client, internal of the sdk, smithy, stack of handlers, request handler, retries, service model, nested clients, token providers',
    ),
    topic('container, kubernetes, docker image, cluster, registry, deployment, rollout, autoscaling, load balancer, vpc, subnet'),
    topic(
      'cloud provider, azure, google cloud, firebase, cloudflare worker, region, account, quota, service quotas, metrics, alarms, dashboards, cloudwatch, tracing',
    ),
    topic('managed search, kendra index, bedrock, knowledge base, foundation model, agents, sagemaker endpoint, inference'),
  ],
  data: [
    topic(
      'data structures, tree, red black tree, heap, linked list, trie, queue, stack, lru cache, set, multi map, bloom filter, persistent, sorted, immutable',
    ),
    topic(
      'schema validation, validate, schema, parse input, type inference, runtime validation, safe parse, infer types, object schema, optional fields, refinements, errors, json schema',
    ),
    topic(
      'arbitrary precision, decimal arithmetic, big numbers, rounding, exponent, floating point, ieee754, number formatting, integer, significant digits',
    ),
    topic(
      'random number generator, seed, uniform distribution, pseudo random, mersenne twister, xorshift, congruential, purity, reproducible',
    ),
    topic('unique id generator, uuid, nanoid, alphabet, collision probability, short ids, url friendly, tiny'),
    topic(
      'assign default properties, recursive defaults, merge objects, deep merge, defaults, clone, deep equal, assign properties, recursively, nested objects, get set path, flatten',
    ),
    topic(
      'iterator, iterable, higher order, map filter reduce, lazy evaluation, sequence, take, chain, group by, collection, lists, functional',
    ),
    topic('matrix, statistics, math, vectors, linear algebra, mean, median, histogram, geometry, graph algorithms, sorting'),
    topic('date, time, calendar, duration, timezone, milliseconds, format dates, parse dates, intervals, conversion utility'),
    topic(
      'openapi document, specification model, schemas to openapi, generate documentation, typescript model of a specification, components, swagger',
    ),
    topic('units, bytes, kilobytes, convert values, parse bytes, megabytes, size string, number to string'),
  ],
  database: [
    topic(
      'key value database, leveldb, abstract level, lexicographically sorted, put, get, batch, del, iterator, sublevel, snapshots, encodings, open close, range, keys and values',
    ),
    topic(
      'sql, postgres, mysql, sqlite, query builder, orm, migrations, transactions, connection pool, prepared statement, rows, tables, select insert update',
    ),
    topic(
      'dynamodb, table, item, partition key, secondary index, attribute values, marshall, unmarshall, scan, query, provisioned throughput, streams, local dynamodb, implementation of dynamodb',
    ),
    topic(
      'search engine client, opensearch, elasticsearch, index documents, bulk, cluster, shards, full text, aggregations, mapping, query dsl',
    ),
    topic('mongodb, document database, collection, aggregate, find documents, model, mongoose, replica set, objectid'),
    topic('redis, cache store, expire, pub sub, cluster, persistent storage, ttl, memory store'),
    topic('indexeddb, browser storage, local storage, offline, object store, persistent, database for browsers, in memory database'),
    topic(
      'database manifest, database abilities, supports, additional methods, seek, implicit snapshots, store, level ecosystem, transcoder, encode data, database values',
    ),
    topic('graph database, time series, vector store, nearest neighbours, embeddings, columns, analytics queries, warehouse'),
    topic('lock on keys, write ahead log, durable, crash recovery, compaction, consistency, isolation, concurrent writes, storage engine'),
  ],
  language: [
    topic(
      'type definitions, typescript definitions, definitely typed, types for, ambient declarations, installation npm install save types, summary this package contains type definitions',
    ),
    topic(
      'intrinsics, math intrinsics, get intrinsic, helpers around function call apply bind, available or null, es language level, cache at first require time, robust, es3, es5, shim, polyfill, spec compliant, ecma, even if the environment has been modified',
    ),
    topic(
      'object property, object atoms, broken implementation, browsers bugs, define property, own property, descriptor, prototype, proto accessor, getter setter, hasown, object prototype, object create, set prototype of',
    ),
    topic('function bind, call, apply, prototype bind, callbound, this value, wrapper, call once, callback, function name, arguments'),
    topic(
      'symbol support, has symbols, weakmap, map, side channel, store information about any value, weak references, iterator protocol, tostringtag',
    ),
    topic('inheritance, classes, mixins, constructor, prototype chain, super, inherits, old browsers, standard behaviour'),
    topic('async function, generator function, constructor hidden, generator, await, promise support of the language, normally hidden'),
    topic(
      'static typing, type checker, language for application scale development, typed javascript, generics, inference, strict mode, type level, utility types, css types, flow types',
    ),
    topic(
      'error constructors, error cause, stack trace, call site, subclass error, combine errors, error codes, typeerror, rangeerror, deprecation, deprecate, warnings',
    ),
    topic(
      'is buffer, is array, type detection, determine if an object is, check the type of a value, instanceof, arraybuffer, duck typing, kind of',
    ),
    topic(
      'standard interface, common interface, specification for libraries, interoperable types, typed interface, spec for typescript libraries',
    ),
  ],
  runtime: [
    topic(
      'stream, readable, writable, pipe, unpipe, transform, backpressure, chunks, end event, destroy, duplex, node streams, raw body, decompress, inflate',
    ),
    topic(
      'child process, spawn, exec, command, stdin stdout, exit code, signals, sigint, sigusr1, kill, shell, process, execute processes, cross platform',
    ),
    topic(
      'file system, files, directory, glob, globbing, path, crawl, crawler, recursive, match patterns, wildcards, braces, extglob, posix, windows paths, file paths, normalize, resolve',
    ),
    topic(
      'buffer, typed array, uint8array, node buffer api for the browser, binary data, allocate, safer buffer, bytes, from and alloc, deprecated constructor',
    ),
    topic(
      'utility module for working with asynchronous code, higher order functions for async, promises, callbacks, async control flow, parallel, series, waterfall, concurrency limit, queue, retry, event loop, asynchronous code, mutex, lock, semaphore',
    ),
    topic(
      'environment variables, runtime detection, node deno bun, ci detection, platform, agnostic, workers, detect runtime, operating system',
    ),
    topic(
      'debugging utility, debug namespaces, log output, logger, log levels, stderr, diagnostics, process running, open handles, why is node running, enable debug',
    ),
    topic('command line arguments, argv, options parser, flags, aliases, boolean, cli, subcommands, help text'),
    topic(
      'event emitter, listeners, scheduler, timers, queue microtask, cooperative scheduling, tasks, priorities, abort signal, timeouts',
    ),
    topic('workers, threads, shared memory, worker pool, message port, cluster, async local storage, context, concurrent executions'),
  ],
  security: [
    topic(
      'sha256, hash, digest, checksum, crc32, md5, hmac, crypto, message digest, update, integrity, table, signed and unsigned, algorithm implementation',
    ),
    topic(
      'sign requests, signature, signs and prepares requests, signed options, presigned with a signature, signature v4, signing algorithm, signer, authorization header, verify, canonical request, standalone implementation of request signing',
    ),
    topic(
      'sanitizer, xss, cross site scripting, dom only, clean html, sanitize, malicious, purify, trusted types, mathml, svg, allow list, attack',
    ),
    topic(
      'encryption, symmetric key, seal, unseal, cipher, aes, password, cryptographic, key derivation, secure, web crypto, subtle, random values',
    ),
    topic(
      'prototype poisoning, prototype pollution, proto property, secure json parse, protection, vulnerable, unsafe input, safe parsing, ignore constructor',
    ),
    topic('jwt, token, oauth, openid connect, session, login, authentication, authorization, passport, bearer, claims, jwks'),
    topic('vulnerability, audit, advisory, content security policy, csrf, rate limit, helmet, permissions, secrets, escape'),
    topic('certificate, tls, public key, private key, x509, elliptic curve, rsa, keys, pem, trust'),
  ],
  testing: [
    topic(
      'test runner, testing framework, unit tests, describe, it, expect, assertions, test suite, watch, snapshot testing, coverage, vitest, jest compatible, mocha',
    ),
    topic(
      'assertion library, bdd, tdd, expect should assert, matchers, chai plugin, deep equal, assertion error, test framework agnostic, negate, chainable',
    ),
    topic('mock, spy, stub, fake timers, module mocker, mocked implementation, calls, restore, spies, lightweight spy'),
    topic('property based testing, arbitraries, shrinking, counterexample, generate inputs, quickcheck, fuzz, random tests, model based'),
    topic('benchmark, benchmarking, samples, operations per second, latency, throughput, measure performance of code, warmup, bench tasks'),
    topic(
      'high level api to automate browsers, browser automation, end to end testing, headless, page, screenshots, chromium firefox webkit, automate web browsers, click, wait for',
    ),
    topic('test types, type assertions, expect type, type tests, compile time tests, to equal type of'),
    topic('mock http, fake server, fixtures, record replay, simulate requests, mock request and response, test helpers, without a server'),
    topic(
      'snapshot manager, pretty format, diff output, stringify any value for snapshots, inline snapshots, failing test messages, reporter, tap',
    ),
  ],
  text: [
    topic(
      'string, strings, unicode, utf8, utf 8, encoding, decoding, character encodings, charset, iconv, code points, converter, base64, hex, pure javascript encode decode',
    ),
    topic(
      'terminal colors, colorful messages, ansi, output formatting, bold, red, green, print to the console, tiniest, colour support, styling text',
    ),
    topic('markdown, parser, html output, render markdown, commonmark, tokens, headings, lists, built for speed, inline'),
    topic(
      'yaml, toml, json5, ini, xml, documents, parse and stringify, comments, stringifier, configuration format, human readable, json for humans, trailing commas',
    ),
    topic('string representation of objects, inspect, pretty print, stringify, quote style, indentation, formatting values'),
    topic('internationalization, locale, translations, plural, messages, collation, transliterate, slug, languages'),
    topic(
      'regular expressions, match text, tokenizer, replace, split, search in strings, case conversion, camel case, convert words to identifier, capitalise',
    ),
    topic('template engine, templates, placeholders, interpolate, partials, render text, wrap, truncate, pad, columns, tables in terminal'),
    topic('diff of texts, levenshtein, fuzzy match, similarity, spelling, natural language, stemmer, tokens of sentences'),
    topic('xml builder, escape text, entities, nodes and text, document serializer, attributes, html entities, csv, rows, delimiters'),
  ],
  web: [
    topic(
      'minimal http framework, http server, http framework, router, routes, middleware, request, response, handler, express, koa, body parsing, high performance, radix tree, lookup, portability',
    ),
    topic('http client, fetch, request handler, agent, keep alive, headers, response body, undici, timeouts, proxies, makes requests'),
    topic(
      'websocket, websocket client and server, socket, connection, messages, upgrade, frames, ping pong, cross platform, upgrade handler, real time',
    ),
    topic(
      'url, query string, querystring, parse urls, join, normalise, encode parameters, nested objects in a query, depth, array format, search params, url utils',
    ),
    topic('cookie, set cookie, serialize, parse cookie header, max age, same site, sessions'),
    topic(
      'content type, mime type, media type, rfc, extension, charset, accept, content negotiation, parse and format, database of types, infer the content type',
    ),
    topic('http status codes, http errors, status message, not found, create errors, status utility, client errors, server errors'),
    topic(
      'user interface, components, react, dom, rendering, hooks, jsx, state, props, browser, server rendering, hydrate, virtual dom, events, native',
    ),
    topic('browser detection, user agent, platform, version of the browser, safari chrome firefox, mobile, engine'),
    topic(
      'rpc, end to end typesafe apis, procedures, router, client, graphql, queries, mutations, resolvers, api schema, subscriptions, links, type safe api, rest endpoints from procedures',
    ),
    topic('css, layout, animation, theme, accessibility, buttons, forms, canvas, svg icons, charts, responsive, style, widgets'),
  ],
};

function topic(phrases: string): readonly string[] {
  return phrases.split(', ');
}
