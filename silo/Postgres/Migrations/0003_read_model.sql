-- What history endpoints read: projected from the journal, a little behind it.

-- Keys of accounts in the large tables are fingerprints of their ids (Fingerprint.cs): an index over 8 bytes costs half of one over text.
-- Who looks up by a key compares the id too.

-- An order's id is a UUIDv7, whose first 48 bits are the time in ms: so a look-up by id goes to one month's partition.
CREATE TABLE orders (
    account_key          bigint      NOT NULL,
    client_key           bigint      NOT NULL,
    id                   uuid        NOT NULL,
    created_at           timestamptz NOT NULL,
    updated_at           timestamptz NOT NULL,
    seq                  bigint      NOT NULL,
    side                 smallint    NOT NULL,
    type                 smallint    NOT NULL,
    time_in_force        smallint    NOT NULL,
    self_trade           smallint    NOT NULL,
    status               smallint    NOT NULL,
    post_only            boolean     NOT NULL,
    reduce_only          boolean     NOT NULL,
    account              text        COLLATE "C" NOT NULL,
    client_order_id      text        COLLATE "C" NOT NULL,
    symbol               text        COLLATE "C" NOT NULL,
    quantity             numeric     NOT NULL,
    filled_quantity      numeric     NOT NULL,
    filled_average_price numeric,
    limit_price          numeric,
    stop_price           numeric,
    reject_code          text        COLLATE "C",
    PRIMARY KEY (account_key, id)
) PARTITION BY RANGE (id);
CREATE INDEX orders_client_key ON orders (client_key);
COMMENT ON COLUMN orders.client_key IS 'fingerprint of account and client_order_id';

-- Ids that no clock made stand here; there are none unless a program of ours is wrong.
CREATE TABLE orders_other PARTITION OF orders DEFAULT;

CREATE TABLE trades (
    taker_key      bigint      NOT NULL,
    maker_key      bigint      NOT NULL,
    time           timestamptz NOT NULL,
    number         bigint      NOT NULL,
    side           smallint    NOT NULL,
    taker_order_id uuid        NOT NULL,
    maker_order_id uuid        NOT NULL,
    symbol         text        COLLATE "C" NOT NULL,
    taker_account  text        COLLATE "C" NOT NULL,
    maker_account  text        COLLATE "C" NOT NULL,
    price          numeric     NOT NULL,
    quantity       numeric     NOT NULL,
    taker_fee      numeric     NOT NULL,
    maker_fee      numeric     NOT NULL,
    PRIMARY KEY (symbol, number, time)
) PARTITION BY RANGE (time);
CREATE INDEX trades_taker ON trades (taker_key, time);
CREATE INDEX trades_maker ON trades (maker_key, time);
COMMENT ON COLUMN trades.side IS 'the taker''s side: 1 buy, 2 sell';

CREATE TABLE accounts (
    account   text        COLLATE "C" PRIMARY KEY,
    user_id   text        NOT NULL,
    kind      text        NOT NULL,
    currency  text        NOT NULL,
    opened_at timestamptz NOT NULL
);

CREATE TABLE balances (
    account     text        COLLATE "C" NOT NULL,
    asset       text        COLLATE "C" NOT NULL,
    cash        numeric     NOT NULL,
    contributed numeric     NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (account, asset)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.5);
COMMENT ON COLUMN balances.cash IS 'free and held';
COMMENT ON COLUMN balances.contributed IS 'deposits less withdrawals';

CREATE TABLE positions (
    account             text        COLLATE "C" NOT NULL,
    symbol              text        COLLATE "C" NOT NULL,
    currency            text        COLLATE "C" NOT NULL,
    quantity            numeric     NOT NULL,
    average_entry_price numeric     NOT NULL,
    realized_profit     numeric     NOT NULL,
    updated_at          timestamptz NOT NULL,
    PRIMARY KEY (account, symbol)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.5);

CREATE TABLE cash_movements (
    account text        COLLATE "C" NOT NULL,
    time    timestamptz NOT NULL,
    version bigint      NOT NULL,
    asset   text        COLLATE "C" NOT NULL,
    amount  numeric     NOT NULL,
    PRIMARY KEY (account, version)
);
COMMENT ON COLUMN cash_movements.version IS 'the account''s event; below zero is a withdrawal in amount';

CREATE TABLE portfolio_history (
    account     text        COLLATE "C" NOT NULL,
    time        timestamptz NOT NULL,
    equity      numeric     NOT NULL,
    contributed numeric     NOT NULL,
    PRIMARY KEY (account, time)
) PARTITION BY RANGE (time);
COMMENT ON COLUMN portfolio_history.time IS 'the start of the minute at whose end the account stood so';

CREATE TABLE last_trades (
    symbol text    COLLATE "C" PRIMARY KEY,
    number bigint  NOT NULL,
    price  numeric NOT NULL
) WITH (fillfactor = 50);

-- Orders without their book's answer, and sides of trades that their account has not taken yet: what the sweeper looks at.
CREATE TABLE unresolved (
    account text        COLLATE "C" NOT NULL,
    symbol  text        COLLATE "C" NOT NULL,
    item    text        COLLATE "C" NOT NULL,
    since   timestamptz NOT NULL,
    PRIMARY KEY (account, symbol, item)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);

-- Up to where the journal stands in these tables; moves in the same transaction as they do.
CREATE TABLE projector_cursor (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    xid      xid8   NOT NULL,
    position bigint NOT NULL
);
INSERT INTO projector_cursor (xid, position) VALUES ('0', 0);

CREATE TABLE candles (
    start     timestamptz NOT NULL,
    timeframe smallint    NOT NULL,
    price     smallint    NOT NULL,
    symbol    text        COLLATE "C" NOT NULL,
    open      numeric     NOT NULL,
    high      numeric     NOT NULL,
    low       numeric     NOT NULL,
    close     numeric     NOT NULL,
    volume    numeric     NOT NULL,
    PRIMARY KEY (symbol, timeframe, price, start)
) PARTITION BY RANGE (start);
