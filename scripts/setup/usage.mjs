export const usage = `Usage: npm start

Starts Latchkey on embedded defaults: identity, keys, the gateway and a demo MCP server in one process, on a Postgres of its own.
Installs and builds first where needed. Ctrl-C stops everything; the data stay, and the next start finds them.

  npm start -- --help      this text

Environment (every secret also as NAME_FILE, which names a file that holds it):

  LATCHKEY_GATEWAY_PORT          8080   gateway
  LATCHKEY_IDENTITY_PORT         8081   identity: sign-in, console, OAuth
  LATCHKEY_KEYS_PORT             8082   keys, internal
  LATCHKEY_GATEWAY_URL           http://localhost:8080   public URL of the gateway; follows its port
  LATCHKEY_ISSUER                http://localhost:8081   public URL of identity; follows its port; no path, no slash at the end
  LATCHKEY_KEYS_URL              http://localhost:8082   internal URL of keys; follows its port

  LATCHKEY_DATA_DIR              ./.latchkey   embedded Postgres, generated keys, logs
  DATABASE_URL                   embedded      an external Postgres
  REDIS_URL                      in memory     an external Redis
  NATS_URL                       in process    an external NATS with JetStream

  LATCHKEY_ADMIN_EMAIL           admin@latchkey.local
  LATCHKEY_ADMIN_PASSWORD        generated on the first start and printed once
  LATCHKEY_MASTER_KEY            generated     32 bytes base64; a list is a rotation, the first encrypts
  LATCHKEY_GATEWAY_SIGNING_KEY   generated     private ES256 JWK
  LATCHKEY_SESSION_SEALING_KEY   generated     32 bytes base64

  LATCHKEY_SMTP_URL              -      smtp://user:password@host:587 or smtps://…: mail goes out; without it, it is shown at /mailbox
  LATCHKEY_MAIL_FROM             no-reply at the host of LATCHKEY_ISSUER
  LATCHKEY_SIGN_UP               open   who may create an account: open, invited, off
  LATCHKEY_PASSWORD_BREACH_CHECK false  asks Have I Been Pwned about new passwords (five digits of their SHA-1)

  LATCHKEY_READY_FILE            -      JSON file that appears when everything answers
  LATCHKEY_LOG_LEVEL             info in the log file, warn on the terminal
  LATCHKEY_RATE_LIMIT_PER_MINUTE 100    per credential
  LATCHKEY_ALLOW_PRIVATE_UPSTREAMS true
  LATCHKEY_DCR                   open   who may register OAuth clients: open, token, off
  LATCHKEY_ACCESS_TOKEN_TTL_SECONDS        3600
  LATCHKEY_REFRESH_TOKEN_TTL_SECONDS       2592000
  LATCHKEY_AUTHORIZATION_CODE_TTL_SECONDS  600
`;
