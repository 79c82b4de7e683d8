import { CandlestickSeries, ColorType, CrosshairMode, createChart, HistogramSeries, type IChartApi, type ISeriesApi, type UTCTimestamp } from 'lightweight-charts';
import { useEffect, useRef, useState } from 'react';
import { describe } from '../api/errors';
import type { Bar, Instrument } from '../api/types';
import { inOrder, type Timeframe } from '../lib/candles';
import { places } from '../lib/format';
import { isOpen } from '../state/orderStore';
import { priceLines } from './chartLines';
import { colours } from './colours';
import { useStore, useTerminal } from './hooks';

interface Drawing {
  chart: IChartApi;
  candles: ISeriesApi<'Candlestick'>;
  volume: ISeriesApi<'Histogram'>;
}

/** A symbol's candles: history from the server, then its bars as they grow. Loads anew after each break of the connection. */
export function Chart({ instrument, timeframe }: { instrument: Instrument; timeframe: Timeframe }) {
  const terminal = useTerminal();
  const generation = useStore(terminal.generation);
  const orders = useStore(terminal.orders);
  const portfolio = useStore(terminal.portfolio);
  const box = useRef<HTMLDivElement>(null);
  const [drawing, setDrawing] = useState<Drawing | null>(null);
  const [note, setNote] = useState<string | null>('Loading…');
  const { symbol } = instrument;
  const digits = places(instrument.tick_size);

  useEffect(() => {
    drawing?.candles.applyOptions({ priceFormat: { type: 'price', precision: digits, minMove: 1 / 10 ** digits } });
  }, [drawing, digits]);

  useEffect(() => {
    if (drawing === null) {
      return;
    }
    let current = true;
    let last: Bar | null = null;
    let stop = () => {};
    setNote('Loading…');
    clear(drawing);
    drawing.chart.applyOptions({ timeScale: { secondsVisible: timeframe === '1s' } });
    terminal.rest.chart(symbol, timeframe).then(
      (bars) => {
        if (!current) {
          return;
        }
        const ordered = inOrder(bars);
        last = ordered.at(-1) ?? null;
        show(drawing, ordered);
        setNote(last === null ? 'No prices yet.' : null);
        stop = terminal.bars.show(symbol, timeframe, (bar) => {
          if (last !== null && bar.t < last.t) {
            return; // a chart takes bars in their order; one of before is in the history
          }
          setNote(null);
          last = bar;
          drawing.candles.update(candle(bar));
          if (bar.v) {
            drawing.volume.update(volumeOf(bar));
          }
        });
      },
      (error: unknown) => current && setNote(describe(error)),
    );
    return () => {
      current = false;
      stop();
    };
  }, [drawing, terminal, symbol, timeframe, generation]);

  const position = portfolio?.positions.find((one) => one.symbol === symbol);
  useEffect(() => {
    if (drawing === null) {
      return;
    }
    const waiting = [...orders.values()].filter((order) => order.symbol === symbol && isOpen(order));
    const lines = priceLines(position, waiting).map((options) => drawing.candles.createPriceLine(options));
    return () => lines.forEach((line) => drawing.candles.removePriceLine(line));
  }, [drawing, orders, position, symbol]);

  // Stands last, because effects end in this order: the chart goes after everything that draws on it.
  useEffect(() => {
    const made = draw(box.current!);
    setDrawing(made);
    return () => made.chart.remove();
  }, []);

  return (
    <div className="chart" role="img" aria-label={`Candles of ${symbol}, ${timeframe}`}>
      <div ref={box} className="chart-box" />
      {note !== null && <p className="chart-note">{note}</p>}
    </div>
  );
}

function draw(box: HTMLElement): Drawing {
  const chart = createChart(box, {
    autoSize: true,
    layout: {
      background: { type: ColorType.Solid, color: colours.background },
      textColor: colours.text,
      fontSize: 11,
      // The notice and link stand in the page's footer, as files of our own need no inline style.
      attributionLogo: false,
    },
    grid: { vertLines: { color: colours.grid }, horzLines: { color: colours.grid } },
    crosshair: { mode: CrosshairMode.Normal },
    rightPriceScale: { borderColor: colours.grid },
    timeScale: { borderColor: colours.grid, timeVisible: true, rightOffset: 4 },
  });
  const candles = chart.addSeries(CandlestickSeries, {
    upColor: colours.up, downColor: colours.down, borderVisible: false, wickUpColor: colours.up, wickDownColor: colours.down,
  });
  const volume = chart.addSeries(HistogramSeries, { priceFormat: { type: 'volume' }, priceScaleId: 'volume', color: '#2a3542', lastValueVisible: false, priceLineVisible: false });
  chart.priceScale('volume').applyOptions({ scaleMargins: { top: 0.85, bottom: 0 } });
  return { chart, candles, volume };
}

function clear({ candles, volume }: Drawing) {
  candles.setData([]);
  volume.setData([]);
}

function show({ chart, candles, volume }: Drawing, bars: readonly Bar[]) {
  candles.setData(bars.map(candle));
  volume.setData(bars.filter((bar) => bar.v).map(volumeOf));
  chart.timeScale().setVisibleLogicalRange({ from: Math.max(-1, bars.length - 120), to: bars.length + 4 });
}

const seconds = (bar: Bar) => (bar.t / 1000) as UTCTimestamp;
const candle = (bar: Bar) => ({ time: seconds(bar), open: bar.o, high: bar.h, low: bar.l, close: bar.c });
const volumeOf = (bar: Bar) => ({ time: seconds(bar), value: bar.v ?? 0 });
