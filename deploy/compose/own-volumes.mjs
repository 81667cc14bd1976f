// own-volumes.mjs UID FOLDER…: gives each folder, with all that is in it, to a user and the group of that number. Docker
// makes named volumes that only root may write; this is all that is done as root, with no other capability than CHOWN.
// So a folder is not looked into once it is the user's: its own change of hands comes last.
import { lchownSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const [uid, ...folders] = process.argv.slice(2);
const owner = Number(uid);
if (!(owner > 0) || folders.length === 0) throw new Error('own-volumes.mjs UID FOLDER...');

const give = (path) => {
  const stats = lstatSync(path);
  if (stats.uid === owner) return;
  if (stats.isDirectory()) for (const name of readdirSync(path)) give(join(path, name));
  lchownSync(path, owner, owner);
};

folders.forEach(give);
