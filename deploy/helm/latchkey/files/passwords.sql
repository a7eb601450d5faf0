-- Gives the roles of roles.sql the passwords that stand in files, for psql 15 and newer:
--   FOLDER=/run/postgres psql --dbname=latchkey --set=ON_ERROR_STOP=1 --file=roles.sql --file=passwords.sql
\set identity_owner `cat $FOLDER/identity-owner-password`
\set identity `cat $FOLDER/identity-password`
\set keys_owner `cat $FOLDER/keys-owner-password`
\set keys `cat $FOLDER/keys-password`
ALTER ROLE latchkey_identity_owner PASSWORD :'identity_owner';
ALTER ROLE latchkey_identity PASSWORD :'identity';
ALTER ROLE latchkey_keys_owner PASSWORD :'keys_owner';
ALTER ROLE latchkey_keys PASSWORD :'keys';
