// A shop's program: an order and its notification are committed together. It knows pg and nothing of Hikyaku.
import pg from 'pg';

const database = new pg.Client(JSON.parse(process.argv[2]));
await database.connect();

const ENQUEUE = { name: 'enqueue', text: 'SELECT id, existing FROM hikyaku_enqueue_v1($1)' };

const notification = (order, key = order) => ({
  messages: [{ text: `order ${order} is on its way`, type: 'text' }],
  kind: 'push',
  to: 'U4af4980629000000000000000000000a',
  idempotency_key: `order-${key}`,
  reference: { order },
});

const enqueue = async (send) => {
  const { rows } = await database.query({ ...ENQUEUE, values: [JSON.stringify(send)] });
  return rows.map(({ id, existing }) => [Number(id), existing]);
};

const inTransaction = async (work) => {
  await database.query('BEGIN');
  try {
    const done = await work();
    await database.query('COMMIT');
    return done;
  } catch (error) {
    await database.query('ROLLBACK');
    return { code: error.code, message: error.message, hint: error.hint };
  }
};

await database.query('CREATE TABLE orders (id int PRIMARY KEY)');
const place = async (order) => {
  await database.query('INSERT INTO orders VALUES ($1)', [order]);
  return enqueue([notification(order)]);
};
const first = await inTransaction(() => place(1));
await inTransaction(async () => {
  await place(2);
  throw new Error('the card was declined');
});
const again = await inTransaction(() => enqueue([notification(1), notification(1)]));
const refused = await inTransaction(() => enqueue({ ...notification(3), prioritty: 'high' }));
const conflict = await inTransaction(() => enqueue(notification(3, 1)));
await database.query('SELECT hikyaku_wake_v1()');
await database.end();
console.log(JSON.stringify({ first, again, refused, conflict }));
