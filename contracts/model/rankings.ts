/** The sorted sets of content ids in Redis: by the sum of their scores, and by their mean rating. */
export const TRENDING_KEY = 'catalog:trending';
export const RATINGS_KEY = 'catalog:ratings';
/** Which writer, asked for which rebuild, made the sets in which life of the server. */
export const RANKING_MARK = 'catalog:writer';
