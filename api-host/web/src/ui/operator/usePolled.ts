import { useCallback, useEffect, useState } from 'react';
import { describe } from '../../api/errors';

/** What a call answered last, asked again every so often; the trouble of the newest try, if it had one. */
export function usePolled<T>(load: () => Promise<T>, everyMs: number): { value: T | null; trouble: string | null; reload: () => void } {
  const [value, setValue] = useState<T | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [turn, setTurn] = useState(0);

  useEffect(() => {
    let over = false;
    let timer: ReturnType<typeof setTimeout>;
    async function ask() {
      try {
        const answer = await load();
        if (!over) {
          setValue(answer);
          setTrouble(null);
        }
      } catch (error) {
        if (!over) {
          setTrouble(describe(error));
        }
      }
      if (!over) {
        timer = setTimeout(() => void ask(), everyMs);
      }
    }
    void ask();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [load, everyMs, turn]);

  return { value, trouble, reload: useCallback(() => setTurn((count) => count + 1), []) };
}
