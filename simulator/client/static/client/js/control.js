// The simulator's control plane over HTTP: the only way this page reads or changes the world.

const request = async (method, path, body) => {
  const options = { method, headers: {} };
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  const response = await fetch(`/_control/${path}`, options);
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(`没有成功：${answer.message || answer.error || `模拟器答复 ${response.status}`}`);
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

/** A path with its arguments, for several(). */
export const look = (parts, args = {}) => parts.map(segment).join("/") + query(args);

/** Several reads in one request, answered in the order asked; what could not be read (nothing there) is null. */
export const several = async (paths) => {
  const asked = paths.map((path) => `path=${segment(path)}`).join("&");
  const { answers } = await request("GET", `several?${asked}`);
  return answers.map(({ status, body }) => (status === 200 ? body : null));
};

/** Keep a file a person picked; {msgtype, body} as a message carries it. */
export const keepFile = async (file) => {
  const headers = { "Content-Type": file.type || "application/octet-stream" };
  const response = await fetch(`/_control/files?filename=${segment(file.name)}`, { method: "POST", headers, body: file });
  if (!response.ok) throw new Error("文件没有传上去：不能为空，也不能超过 20 MB");
  return response.json();
};

export const members = (q = "", limit = 60) => get("members", { q, limit }).then((answer) => answer.members);
export const appChat = (userid, limit) => get(`members/${segment(userid)}/app_chat`, { limit }).then((answer) => answer.items);
export const customers = (q = "", limit = 60) => get("customers", { q, limit, order: "newest" }).then((answer) => answer.customers);
export const tagGroups = () => get("tags").then((answer) => answer.groups);
export const chat = (userid, externalUserid, limit) =>
  get(`chats/${segment(userid)}/${segment(externalUserid)}`, { limit }).then((answer) => answer.messages);
export const group = (chatId) => get(`groups/${segment(chatId)}`);
export const groupChat = (chatId, limit) => get(`groups/${segment(chatId)}/messages`, { limit }).then((answer) => answer.messages);
/** {state, servicer_userid, messages} of one customer with one 客服账号. */
export const kfChat = (openKfid, externalUserid, limit) => get(`kf/chats/${segment(openKfid)}/${segment(externalUserid)}`, { limit });
export const kfAccounts = () => get("kf/accounts").then((answer) => answer.accounts);
