const jwt = require('jsonwebtoken');

exports.open = (user) => {
  const key = process.env.JWT_SECRET || 'bookshop-dev';
  return jwt.sign({ sub: user.id }, key, { expiresIn: '8h' });
};
