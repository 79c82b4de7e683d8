// Run in a folder whose node_modules hold jose: reads {token, secret} and says whom the token speaks for, then that a tampered one is refused.
import { jwtVerify } from 'jose';

const { token, secret } = JSON.parse(process.env.BOURSE_TOKEN);
const key = Buffer.from(secret, 'base64url');
const rules = { algorithms: ['HS256'], issuer: 'bourse', audience: 'bourse' };
const { payload, protectedHeader } = await jwtVerify(token, key, rules);
console.log(`${protectedHeader.kid} ${payload.sub} ${payload.roles.join(',')}`);

const [header, claims, signature] = token.split('.');
const forged = Buffer.from(JSON.stringify({ ...payload, roles: ['operator'] })).toString('base64url');
const last = signature.at(-2) === 'A' ? 'B' : 'A';
const tampered = [`${header}.${forged}.${signature}`, `${header}.${claims}.${signature.slice(0, -2)}${last}${signature.at(-1)}`];
for (const text of tampered) {
  console.log(await jwtVerify(text, key, rules).then(() => 'taken', (refusal) => refusal.code));
}
