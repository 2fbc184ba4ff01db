/** Of an app, as admins name it. */
export const APP_NAME_MAX = 100;
export const APP_ORIGINS_MAX = 50;
