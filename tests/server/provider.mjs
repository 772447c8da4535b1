// A certified OpenID provider (oidc-provider) for the tests: whoever types a login is that person.
import * as oidc from "oidc-provider";

const [port, callback] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const claims = {
  "aynur-at-ministry": { preferred_username: "aynur", name: "Aynur M." },
  "kamran-at-ministry": { preferred_username: "aynur", name: "Somebody else who took the login" },
  "vusal-at-ministry": { preferred_username: "vusal", name: "Vüsal (invented)", groups: ["zeng-noc", "staff"] },
  "nobody-at-ministry": { preferred_username: "nobody", name: "Nobody", groups: ["staff"] },
};
const provider = new oidc.Provider(issuer, {
  clients: [{ client_id: "zeng", client_secret: "a secret: with signs&", redirect_uris: [callback] }],
  claims: { openid: ["sub"], profile: ["preferred_username", "name", "groups"] },
  cookies: { keys: ["for tests alone"] },
  pkce: { required: () => true },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...claims[id] }) }),
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
