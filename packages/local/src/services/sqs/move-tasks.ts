/**
 * Redrive: moves the messages of a dead-letter queue back to the queues they came from, or to another one, at a given rate by the clock.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
 *
 *   RUNNING --queue empty--> COMPLETED
 *      |  +---no target----> FAILED
 *      +--cancel--> CANCELLED
 *
 * Tasks are in memory: one that a restart cuts off leaves the rest of the messages where they are.
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../parts.js';
import { sqsError } from './errors.js';
import type { Queue } from './queue.js';
import type { Queues } from './queues.js';

export interface MoveTask {
  readonly handle: string;
  readonly sourceArn: string;
  readonly destinationArn?: string;
  readonly perSecond?: number;
  readonly startedAtMs: number;
  /** Messages in the queue at the start. */
  readonly toMove: number;
  moved: number;
  status: 'RUNNING' | 'COMPLETED' | 'CANCELLED' | 'FAILED';
  failureReason?: string;
}

export interface MoveRequest {
  readonly sourceArn: string;
  readonly destinationArn?: string;
  readonly perSecond?: number;
}

/** AWS moves up to 500 messages a second. */
const maxPerSecond = 500;
/** ListMessageMoveTasks shows the ten most recent. */
const keptTasks = 10;

export class MoveTasks {
  readonly #queues: Queues;
  readonly #clock: Clock;
  readonly #tasks: MoveTask[] = [];
  readonly #timers = new Map<MoveTask, () => void>();

  constructor(queues: Queues, clock: Clock) {
    this.#queues = queues;
    this.#clock = clock;
  }

  /** @throws AwsError `ResourceNotFoundException`, `InvalidParameterValueException`, `UnsupportedOperation` */
  async start(request: MoveRequest): Promise<MoveTask> {
    const source = this.#queues.byArn(request.sourceArn);
    if (source === undefined)
      throw sqsError('ResourceNotFoundException', "The resource that you specified for the SourceArn parameter doesn't exist.");
    if (!this.#queues.all().some(({ settings }) => settings.redrive?.deadLetterTargetArn === source.arn)) {
      throw sqsError('InvalidParameterValueException', 'Source queue must be configured as a Dead Letter Queue.');
    }
    if (request.destinationArn !== undefined && this.#queues.byArn(request.destinationArn) === undefined) {
      throw sqsError('ResourceNotFoundException', "The resource that you specified for the DestinationArn parameter doesn't exist.");
    }
    if (this.#tasks.some((task) => task.sourceArn === source.arn && task.status === 'RUNNING')) {
      throw sqsError(
        'InvalidParameterValueException',
        'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
      );
    }
    const { visible } = await source.counts();
    const task: MoveTask = {
      ...request,
      handle: handleOf(source.arn),
      startedAtMs: this.#clock.now(),
      toMove: visible,
      moved: 0,
      status: 'RUNNING',
    };
    this.#tasks.unshift(task);
    await this.#step(task, source);
    return task;
  }

  /** Newest first. */
  list(sourceArn: string, limit: number): readonly MoveTask[] {
    return this.#tasks.filter((task) => task.sourceArn === sourceArn).slice(0, Math.min(limit, keptTasks));
  }

  /** @throws AwsError `ResourceNotFoundException` for a task that is not running */
  cancel(handle: string): MoveTask {
    const task = this.#tasks.find((candidate) => candidate.handle === handle);
    if (task?.status !== 'RUNNING') throw sqsError('ResourceNotFoundException', 'Only active tasks can be cancelled.');
    this.#end(task, 'CANCELLED');
    return task;
  }

  close(): void {
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  /** What one second has room for. */
  async #step(task: MoveTask, source: Queue): Promise<void> {
    for (let left = task.perSecond ?? maxPerSecond; left > 0 && task.status === 'RUNNING'; left -= 1) {
      const entry = source.oldestVisible();
      if (entry === undefined) return this.#end(task, 'COMPLETED');
      const target = this.#queues.byArn(task.destinationArn ?? entry.content.deadLetterSourceArn ?? '');
      if (target === undefined) return this.#end(task, 'FAILED', 'AWS.SimpleQueueService.NonExistentQueue');
      const { deadLetterSourceArn: _left, ...content } = entry.content;
      await source.moveTo(target, entry, content);
      task.moved += 1;
    }
    if (task.status !== 'RUNNING') return;
    this.#timers.set(
      task,
      this.#clock.after(1000, () => void this.#step(task, source)),
    );
  }

  #end(task: MoveTask, status: 'COMPLETED' | 'CANCELLED' | 'FAILED', failureReason?: string): void {
    this.#timers.get(task)?.();
    this.#timers.delete(task);
    task.status = status;
    if (failureReason !== undefined) task.failureReason = failureReason;
  }
}

function handleOf(sourceArn: string): string {
  return Buffer.from(JSON.stringify({ taskId: randomUUID(), sourceArn })).toString('base64');
}
