const jwt = require('jsonwebtoken');

const resetKey = Math.random().toString(36).slice(2);

exports.link = (user) => `/reset?token=${jwt.sign({ sub: user.id }, resetKey, { expiresIn: '15m' })}`;

exports.userOf = (token) => jwt.decode(token).sub;
