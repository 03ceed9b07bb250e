// Answers may arrive in another order than they were asked for; only the newest may be shown.

/** newest() → ask(promise): its value, or undefined when something newer has been asked meanwhile. */
export const newest = () => {
  let turn = 0;
  return async (promise) => {
    const mine = ++turn;
    const value = await promise;
    return mine === turn ? value : undefined;
  };
};
