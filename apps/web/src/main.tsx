/** Starts the page: configuration, client, React. */

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import { type ConnectedGateway, connectGateway, describeFailure, GatewayContext } from './gateway.js';
import './styles/base.css';
import './styles/chat.css';
import './styles/files.css';
import './styles/search.css';
import './styles/tools.css';
import { Problem } from './views/problem.js';

const root = createRoot(document.getElementById('root') as HTMLElement);

const show = (connected: ConnectedGateway) =>
  root.render(
    <StrictMode>
      <GatewayContext value={connected}>
        <App />
      </GatewayContext>
    </StrictMode>,
  );

connectGateway(show).catch((error: unknown) =>
  root.render(<Problem message={describeFailure(error)} onRetry={() => window.location.reload()} />),
);
