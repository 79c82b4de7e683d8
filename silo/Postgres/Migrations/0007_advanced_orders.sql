-- Terms that few orders have: trailing stops, icebergs, orders with an end of their own.
ALTER TABLE orders ADD COLUMN advanced json;
COMMENT ON COLUMN orders.advanced IS 'null for an order that has none of these terms';
