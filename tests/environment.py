"""The settings every test runs with: a test corp, real PostgreSQL and Redis on sockets, the simulator's address set later."""

SETTINGS = {
    "SECRET_KEY": "0123456789abcdef0123456789abcdef0123456789abcdef",
    "PUBLIC_BASE_URL": "http://guide.test",
    "WECOM_CORP_ID": "ww1d2e3f4a5b6c7d8e",
    "WECOM_AGENT_ID": "1000002",
    "WECOM_APP_SECRET": "testSecretOfTheGuideDeskApp0000000000000001",
    "WECOM_APP_TOKEN": "GuideDeskAppToken",
    "WECOM_APP_AES_KEY": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    "WECOM_CONTACTS_TOKEN": "GuideDeskContacts",
    "WECOM_CONTACTS_AES_KEY": "GFEDCBA9876543210zyxwvutsrqponmlkjihgfedcba",
    "WECOM_API_BASE_URL": "http://127.0.0.1:1",
    "WECOM_OAUTH_BASE_URL": "http://127.0.0.1:1",
    "WECOM_LOGIN_BASE_URL": "http://127.0.0.1:1",
    "WECOM_CONNECT_TIMEOUT": "1",
    "WECOM_READ_TIMEOUT": "2",
}
