// The yardstick `node-ws`: ticks come in over HTTP; a timer sends every socket one and the same text with the newest quotes of `watch` symbols.
// node node-ws.mjs FOLDER-OF-NODE_MODULES INTERVAL_MS WATCH
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

const [modules, interval, watch] = process.argv.slice(2);
const { WebSocketServer, Server } = createRequire(`${modules}/`)('ws');
const quotes = new Map();

const http = createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    for (const t of JSON.parse(Buffer.concat(parts).toString())) {
      const price = (t.bid + t.ask) / 2;
      quotes.set(t.symbol, { symbol: t.symbol, price, change: 0, change_pct: 0, bid: t.bid, bid_size: t.bid_size, ask: t.ask, ask_size: t.ask_size, volume: 0, timestamp: t.timestamp, seq: 0 });
    }
    response.writeHead(202).end();
  });
});
const sockets = new (WebSocketServer ?? Server)({ server: http, perMessageDeflate: false });

setInterval(() => {
  const text = JSON.stringify([...quotes.values()].slice(0, Number(watch)));
  for (const client of sockets.clients) client.send(text);
}, Number(interval));

http.listen(0, '127.0.0.1', 4096, () => console.log(`listens at http://127.0.0.1:${http.address().port} `));
process.on('SIGINT', () => process.exit(0));
