/** Rooms: who is there, what is said, and messages to one of them. */

import { type FormEvent, useState } from 'react';
import { describeFailure, useGateway, useSession } from '../gateway.js';
import { type ChatRoom, useChat } from '../hooks/use-chat.js';
import type { ChatLine } from '../model/chat-room.js';
import { Problem } from './problem.js';
import { SignInHint } from './sign-in-hint.js';

const ROOMS = ['lobby', 'help', 'random'] as const;

export function Chat() {
  const [room, setRoom] = useState<string>(ROOMS[0]);
  const { state } = useSession();
  const [typed, setTyped] = useState<string>();
  // Who is not signed in has a name only where nobody is.
  const name = state.status === 'signed-in' ? state.user.name : state.status === 'unavailable' ? typed : undefined;
  const chat = useChat(room, name);
  return (
    <section aria-labelledby="chat-title" className="chat">
      <h2 id="chat-title">Chat</h2>
      <nav className="tools" aria-label="Rooms">
        {ROOMS.map((each) => (
          <button
            key={each}
            type="button"
            aria-current={each === room ? 'page' : undefined}
            data-testid={`room-${each}`}
            onClick={() => setRoom(each)}
          >
            #{each}
          </button>
        ))}
      </nav>
      {state.status === 'unavailable' && name === undefined ? <NameForm onName={setTyped} /> : <Room room={room} name={name} chat={chat} />}
    </section>
  );
}

function NameForm({ onName }: { readonly onName: (name: string) => void }) {
  const [text, setText] = useState('');
  const enter = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim()) onName(text.trim());
  };
  return (
    <form className="ask" onSubmit={enter}>
      <input
        data-testid="chat-name"
        aria-label="Your name"
        placeholder="Your name"
        maxLength={40}
        required
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <button type="submit" data-testid="chat-enter">
        Enter
      </button>
    </form>
  );
}

interface RoomProps {
  readonly room: string;
  /** Absent for who only looks on. */
  readonly name: string | undefined;
  readonly chat: ChatRoom;
}

function Room({ room, name, chat }: RoomProps) {
  const { lines, members, self, failure } = chat;
  const [to, setTo] = useState('');
  const namesOf = new Map(members.map((member) => [member.member, member.name]));
  return (
    <div className="room">
      {failure === undefined ? null : <Problem message={describeFailure(failure)} />}
      <section aria-labelledby="who-title" className="who">
        <h3 id="who-title">Here</h3>
        <ul data-testid="chat-members" data-joined={self !== undefined}>
          {members.map((member) => (
            <li key={member.member}>
              <button
                type="button"
                disabled={member.member === self || self === undefined}
                aria-pressed={member.member === to}
                data-testid="chat-member"
                title={member.member === self ? 'You' : `Write to ${member.name} alone`}
                onClick={() => setTo(member.member === to ? '' : member.member)}
              >
                {member.name}
              </button>
            </li>
          ))}
        </ul>
      </section>
      <ol className="lines" data-testid="chat-lines" aria-live="polite">
        {lines.map((line) => (
          <Line key={line.key} line={line} self={self} namesOf={namesOf} />
        ))}
      </ol>
      {name === undefined ? (
        <SignInHint to="say something" />
      ) : (
        <SayForm key={to} room={room} name={name} to={to} toName={namesOf.get(to)} isIn={self !== undefined} />
      )}
    </div>
  );
}

interface LineProps {
  readonly line: ChatLine;
  readonly self: string | undefined;
  readonly namesOf: ReadonlyMap<string, string>;
}

function Line({ line: { from, name, text, atMs, to }, self, namesOf }: LineProps) {
  const whom = to === undefined ? '' : to === self ? ' to you' : ` to ${namesOf.get(to) ?? 'somebody who has left'}`;
  return (
    <li className={to === undefined ? 'line' : 'line direct'} data-testid="chat-line" data-direct={to !== undefined}>
      <span className="row-facts" title={new Date(atMs).toLocaleString()}>
        {from === self ? 'You' : name}
        {whom}
      </span>
      <span className="said">{text}</span>
    </li>
  );
}

interface SayProps {
  readonly room: string;
  readonly name: string;
  /** One member, or empty for all. */
  readonly to: string;
  readonly toName: string | undefined;
  readonly isIn: boolean;
}

function SayForm({ room, name, to, toName, isIn }: SayProps) {
  const gateway = useGateway();
  const [text, setText] = useState('');
  const [failure, setFailure] = useState<unknown>();
  const say = async (event: FormEvent) => {
    event.preventDefault();
    setText('');
    setFailure(undefined);
    // In one lane, so that what is typed fast keeps its order; with a key each, so that a broken connection says nothing twice.
    const options = { over: 'socket', lane: 'chat' } as const;
    try {
      await (to ? gateway.chat.direct.mutate({ to, name, text }, options) : gateway.chat.send.mutate({ room, text }, options));
    } catch (error) {
      setText((typed) => typed || text);
      setFailure(error);
    }
  };
  return (
    <form className="ask" onSubmit={say}>
      <input
        data-testid="chat-text"
        aria-label={toName === undefined ? `To everybody in ${room}` : `To ${toName} alone`}
        placeholder={toName === undefined ? `To everybody in #${room}` : `To ${toName} alone`}
        maxLength={2_000}
        required
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <button type="submit" data-testid="chat-send" disabled={!isIn}>
        Send
      </button>
      {failure === undefined ? null : <Problem message={describeFailure(failure)} />}
    </form>
  );
}
