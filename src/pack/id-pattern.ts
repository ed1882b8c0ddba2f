/** Ids of packs and providers. They begin the names of objects on the host, whose names end at 100 characters. */
export const idPattern = /^[a-z0-9][a-z0-9._-]{0,63}$/;
