import { render } from 'preact';
import { mustSignIn, startBeat } from './api/client.ts';
import { Link } from './parts/link.tsx';
import { RangePicker } from './parts/range-picker.tsx';
import { link, type Route, route, SCREENS } from './route.ts';
import { Action, Actions } from './screens/actions.tsx';
import { Agent } from './screens/agent.tsx';
import { Alerts } from './screens/alerts.tsx';
import { Charts } from './screens/charts.tsx';
import { Findings } from './screens/findings.tsx';
import { Fleet } from './screens/fleet.tsx';
import { Ledger } from './screens/ledger.tsx';
import { Load } from './screens/load.tsx';
import { Pools } from './screens/pools.tsx';
import { Queries } from './screens/queries.tsx';
import { Query } from './screens/query.tsx';
import { Indexes, Tables } from './screens/relations.tsx';
import { Sessions } from './screens/sessions.tsx';
import { SignIn } from './screens/sign-in.tsx';
import './theme.css';
import './parts.css';

function App() {
  if (mustSignIn.value) return <SignIn />;
  const { target, screen } = route.value;
  const title = target === null ? 'Targets' : `${titleOf(screen)} · ${target}`;
  document.title = `${title} · pgsteward`;
  return (
    <>
      <a class="skip" href="#main">
        to the content
      </a>
      <header class="bar">
        <Link to="/" class="brand">
          pgsteward
        </Link>
        {target === null ? null : <span class="target">{target}</span>}
      </header>
      {target === null ? <Fleet /> : <Target target={target} place={route.value} />}
    </>
  );
}

function titleOf(screen: string): string {
  return SCREENS.find(({ id }) => id === screen)?.title ?? PARTS[screen]?.title ?? screen;
}

/** Screens that stand under one of the navigation. */
const PARTS: Readonly<Record<string, { readonly title: string; readonly under: string }>> = {
  query: { title: 'Statement', under: 'queries' },
  ledger: { title: 'Ledger', under: 'actions' },
};

function Target({ target, place }: { readonly target: string; readonly place: Route }) {
  const { screen } = place;
  return (
    <>
      <nav aria-label="Screens">
        <ul>
          {SCREENS.map(({ id, title }) => (
            <li key={id}>
              <Link to={link(target, id)} isCurrent={id === screen || id === PARTS[screen]?.under}>
                {title}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <main id="main">
        <div class="head">
          <h1>{titleOf(screen)}</h1>
          <RangePicker />
        </div>
        <Screen target={target} place={place} />
      </main>
    </>
  );
}

function Screen({ target, place }: { readonly target: string; readonly place: Route }) {
  switch (place.screen) {
    case 'load':
      return <Load target={target} />;
    case 'queries':
      return <Queries target={target} />;
    case 'query':
      return <Query target={target} fingerprint={place.item ?? ''} />;
    case 'sessions':
      return <Sessions target={target} />;
    case 'tables':
      return <Tables target={target} />;
    case 'indexes':
      return <Indexes target={target} />;
    case 'connections':
      return (
        <>
          <Charts key={place.screen} target={target} screen={place.screen} />
          <Pools target={target} />
        </>
      );
    case 'activity':
    case 'replication':
    case 'storage':
      return <Charts key={place.screen} target={target} screen={place.screen} />;
    case 'findings':
      return <Findings target={target} wanted={place.item} />;
    case 'actions':
      return place.item === null ? <Actions target={target} /> : <Action target={target} id={place.item} />;
    case 'ledger':
      return <Ledger target={target} />;
    case 'alerts':
      return <Alerts target={target} />;
    case 'agent':
      return <Agent target={target} />;
    default:
      return <p>There is no such screen.</p>;
  }
}

const place = document.getElementById('app');
if (place !== null) render(<App />, place);
startBeat();
