// The simulator's control plane over HTTP: the only way this page reads or changes the world.

const request = async (method, path, body) => {
  const options = { method, headers: {} };
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  const response = await fetch(`/_control/${path}`, options);
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(`没有成功：${answer.error || `模拟器答复 ${response.status}`}`);
  return answer;
};

const query = (args) => {
  const known = Object.entries(args).filter(([, value]) => value !== undefined && value !== "");
  return known.length ? `?${new URLSearchParams(known)}` : "";
};

const segment = encodeURIComponent;

export const get = (path, args = {}) => request("GET", path + query(args));
export const post = (path, body = {}) => request("POST", path, body);
export const remove = (path) => request("DELETE", path);
export const act = (action, body) => post(`do/${action}`, body);

export const members = () => get("members", { limit: 1000 }).then((answer) => answer.members);
export const member = (userid) => get(`members/${segment(userid)}`);
export const appChat = (userid, limit = 60) => get(`members/${segment(userid)}/app_chat`, { limit }).then((answer) => answer.items);
export const customers = (q = "", limit = 60) => get("customers", { q, limit }).then((answer) => answer.customers);
export const customer = (externalUserid) => get(`customers/${segment(externalUserid)}`);
export const tagGroups = () => get("tags").then((answer) => answer.groups);
export const chat = (userid, externalUserid, limit = 100) =>
  get(`chats/${segment(userid)}/${segment(externalUserid)}`, { limit }).then((answer) => answer.messages);
