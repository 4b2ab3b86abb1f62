const { readFileSync } = require('node:fs');
const jwt = require('jsonwebtoken');

const publicKey = readFileSync('/run/secrets/partner.pem');

exports.check = (token) => jwt.verify(token, publicKey, { algorithms: ['RS256'] });
