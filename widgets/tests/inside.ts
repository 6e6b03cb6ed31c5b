import { load } from "./files";

/** Takes the place of `boot/files` where a test runs the loader with no network for files. */
export const createLoad = () => load;
