import { chownSync, readFileSync } from "node:fs";
import { firstProgram, openToOthers } from "./postgres-binaries.ts";

/** How to run a Postgres program as a user that Postgres accepts. */
export type PostgresUser = {
  /** Turns a command line into one that runs as that user. */
  command: (program: string, args: readonly string[]) => [program: string, args: readonly string[]];
  identity: { uid?: number; gid?: number };
  /** Gives a file or folder to that user. */
  own: (path: string) => void;
};

const ourselves: PostgresUser = {
  command: (program, args) => [program, args],
  identity: {},
  own: () => {},
};

/**
 * Postgres refuses to run as root, which is who one is in most containers. Then it runs as the user `postgres`, or as
 * `nobody`: both are there already, so nothing is added to the machine.
 *
 * Such a user cannot enter folders like /root or one from mktemp. There it runs with the one capability that lets it
 * pass, rather than with our folders opened to everybody.
 * @param paths what that user must reach
 */
export function postgresUser(paths: readonly string[]): PostgresUser {
  if (process.getuid?.() !== 0) return ourselves;
  const { uid, gid } = systemUser();
  const own = (path: string) => chownSync(path, uid, gid);
  if (paths.every(openToOthers)) {
    return { command: ourselves.command, identity: { uid, gid }, own };
  }
  const setpriv = firstProgram(["/usr/bin/setpriv", "/bin/setpriv"]);
  if (!setpriv) {
    throw new Error(
      `Postgres cannot run as root, and another user cannot enter ${paths.join(" or ")}. ` +
        "Move the project to a folder that others may enter, install util-linux (setpriv), or set DATABASE_URL.",
    );
  }
  const flags = [`--reuid=${uid}`, `--regid=${gid}`, "--clear-groups"];
  // Postgres asks access(2) whether its programs may be run, and that forgets capabilities unless told not to.
  const capability = [
    "--inh-caps=+dac_override",
    "--ambient-caps=+dac_override",
    "--securebits=+no_setuid_fixup",
  ];
  return {
    command: (program, args) => [setpriv, [...flags, ...capability, "--", program, ...args]],
    identity: {},
    own,
  };
}

function systemUser(): { uid: number; gid: number } {
  const users = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"));
  const found = users.find(([name]) => name === "postgres") ?? users.find(([name]) => name === "nobody");
  if (!found) throw new Error("Postgres cannot run as root, and there is no user `postgres` or `nobody`.");
  return { uid: Number(found[2]), gid: Number(found[3]) };
}
