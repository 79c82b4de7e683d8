import type { OperatorRest } from '../../api/operatorRest';
import { usePolled } from './usePolled';

const everyMs = 2000;

/** The silos that run or stopped lately, and what is in their memory. */
export function SilosPanel({ rest }: { rest: OperatorRest }) {
  const silos = usePolled(rest.silos, everyMs);
  const grains = usePolled(rest.grains, everyMs);
  return (
    <section className="panel" aria-label="Cluster">
      <h2>Silos</h2>
      <table>
        <thead>
          <tr><th>Silo</th><th>Process</th><th>State</th><th>Since</th><th className="num">CPU s</th><th className="num">Memory MB</th><th className="num">Grains</th></tr>
        </thead>
        <tbody>
          {(silos.value ?? []).map((silo) => (
            <tr key={`${silo.name} ${silo.started_at}`}>
              <td>{silo.name}</td>
              <td>{silo.machine} {silo.process_id}</td>
              <td className={silo.alive ? 'up' : 'down'}>{silo.alive ? 'runs' : 'stopped'}</td>
              <td>{new Date(silo.started_at).toLocaleString()}</td>
              <td className="num">{silo.cpu_seconds.toFixed(0)}</td>
              <td className="num">{(silo.memory_bytes / 1_000_000).toFixed(0)}</td>
              <td className="num">{silo.alive ? silo.activations.toLocaleString() : ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <h2>Grains</h2>
      <table aria-label="Grains">
        <thead><tr><th>Class</th><th className="num">In memory</th><th className="num">Silos</th></tr></thead>
        <tbody>
          {(grains.value ?? []).map((grain) => (
            <tr key={grain.type}><td>{grain.type}</td><td className="num">{grain.activations.toLocaleString()}</td><td className="num">{grain.silos}</td></tr>
          ))}
        </tbody>
      </table>
      {(silos.trouble ?? grains.trouble) !== null && <p className="fault" role="alert">{silos.trouble ?? grains.trouble}</p>}
    </section>
  );
}
