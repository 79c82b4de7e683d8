-- When a book has orders to end (good-till-date, or for the day): a book that sleeps then is woken.
CREATE TABLE book_deadlines (
    symbol text COLLATE "C" PRIMARY KEY,
    due    timestamptz NOT NULL
);
CREATE INDEX book_deadlines_due ON book_deadlines (due);
