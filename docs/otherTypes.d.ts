// Stands for packages that no exported type of the library is from, so that TypeDoc does not read their hundred megabytes.
export {};
